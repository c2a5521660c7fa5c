using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Health;

/// <summary>How the gateway's own process is.</summary>
internal static class ProcessHealth
{
    /// <summary>The component's name.</summary>
    public const string Name = "gateway_resources";

    private const double HighLoad = 0.9;

    /// <summary>Memory against what the machine or container allows, and work that waits for a thread.</summary>
    public static NodeComponent Check(DateTimeOffset now)
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        long resident = Environment.WorkingSet;
        long allowed = memory.TotalAvailableMemoryBytes;
        long waiting = ThreadPool.PendingWorkItemCount;
        string? fault = resident > HighLoad * allowed
            ? $"The gateway uses {resident >> 20} of {allowed >> 20} MiB: give it more memory, or lower Gateway:Quotas"
            : waiting > 1000 ? $"{waiting} pieces of work wait for a processor: the gateway has too little of it" : null;
        return new NodeComponent(
            Name, fault is null ? HealthLevel.Healthy : HealthLevel.Degraded, fault ?? "The gateway has memory and processor time to spare",
            [
                KeyValuePair.Create("memory_bytes", $"{resident}"), KeyValuePair.Create("memory_limit_bytes", $"{allowed}"),
                KeyValuePair.Create("threads", $"{ThreadPool.ThreadCount}"), KeyValuePair.Create("work_waiting", $"{waiting}"),
            ],
            now);
    }
}
