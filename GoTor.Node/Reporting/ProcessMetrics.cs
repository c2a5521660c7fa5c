using System.Diagnostics.Metrics;

namespace GoTor.Node.Reporting;

/// <summary>What the process takes of the machine, measured when somebody asks. Safe for concurrent use.</summary>
internal sealed class ProcessMetrics
{
    private static readonly KeyValuePair<string, object?>[] Generations =
        [new("generation", "0"), new("generation", "1"), new("generation", "2")];

    public ProcessMetrics(IMeterFactory meters, ProcessProbe probe)
    {
        Meter meter = meters.Create("GoTor");
        meter.CreateObservableCounter("gotor.process.cpu.time", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time taken, user and system.");
        meter.CreateObservableGauge("gotor.process.memory.resident", () => probe.Read().ResidentBytes, "By", "Memory that the process holds.");
        meter.CreateObservableGauge("gotor.process.memory.managed", () => GC.GetTotalMemory(false), "By", "Memory in managed objects, garbage included.");
        meter.CreateObservableGauge("gotor.process.threads", () => Known(probe.Read().Threads is var threads and > 0 ? threads : null), "{thread}", "Threads of the process.");
        meter.CreateObservableGauge("gotor.process.sockets", () => Known(probe.Read().Sockets), "{socket}", "Open sockets, counted every ten seconds.");
        meter.CreateObservableGauge("gotor.process.descriptors", () => Known(probe.Read().Descriptors), "{descriptor}", "Open file descriptors, counted every ten seconds.");
        meter.CreateObservableCounter("gotor.process.gc.collections", Collections, "{collection}", "Garbage collections, by the oldest generation that they looked at.");
        meter.CreateObservableCounter("gotor.process.gc.pause.time", () => GC.GetTotalPauseDuration().TotalSeconds, "s", "Time in which garbage collections stood in everybody's way.");
        meter.CreateObservableGauge("gotor.process.threadpool.queue", () => ThreadPool.PendingWorkItemCount, "{item}", "Work that waits for a thread.");
    }

    /// <summary>What a system does not tell is absent rather than 0.</summary>
    private static IEnumerable<Measurement<long>> Known(int? value) => value is { } known ? [new(known)] : [];

    private static IEnumerable<Measurement<long>> Collections()
    {
        // The runtime counts a collection of generation 2 in 0 and 1, too.
        for (int generation = 0; generation <= 2; generation++)
        {
            int younger = generation < 2 ? GC.CollectionCount(generation + 1) : 0;
            yield return new(GC.CollectionCount(generation) - younger, Generations[generation]);
        }
    }
}
