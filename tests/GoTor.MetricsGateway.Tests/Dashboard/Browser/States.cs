using System.Diagnostics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Tests.Dashboard.Browser;

/// <summary>The states that the page is looked at in.</summary>
internal static class States
{
    /// <summary>What the gateway would never let in, all in one.</summary>
    public const string HostileName = "\"><script>window.stolen=1</script><img src=x onerror=stolen=1>'&amp;\u202Eevil";

    public static IReadOnlyList<string> Names { get; } =
        ["empty", "starting", "healthy", "degraded", "unhealthy", "lost", "stale", "stopped", "three", "fifty", "hostile"];

    public static async Task<DashboardHost> StartAsync(string state)
    {
        switch (state)
        {
            case "empty":
                return await DashboardHost.StartAsync(1);
            case "starting":
                return await DashboardHost.StartAsync(1, new SimulatedNode("alice", Fate.Starting));
            case "healthy":
                return await DashboardHost.StartAsync(15, new SimulatedNode("alice"));
            case "degraded":
                return await DashboardHost.StartAsync(5, new SimulatedNode("alice", Fate.Degraded, "custom"));
            case "unhealthy":
                return await DashboardHost.StartAsync(3, new SimulatedNode("alice", Fate.Unhealthy, "sandbox"));
            case "lost":
                return await DashboardHost.StartAsync(15, new SimulatedNode("alice", Fate.Lost));
            case "stale":
                return await DashboardHost.StartAsync(15, new SimulatedNode("alice", Fate.Stale));
            case "stopped":
                return await DashboardHost.StartAsync(15, new SimulatedNode("alice", Fate.Stopped));
            case "three":
                return await DashboardHost.StartAsync(15, [new("alice"), new("bob", Fate.Stale, seed: 5), new("carol", seed: 9)]);
            case "fifty":
                return await DashboardHost.StartAsync(15, Enumerable.Range(1, 50).Select(i => new SimulatedNode($"node-{i:00}", FateOf(i), seed: i)));
            default:
                return await HostileAsync();
        }
    }

    /// <summary>Lets time pass and nodes report until this is true of the page.</summary>
    public static async Task RunAsync(DashboardHost host, BrowserPage page, string expression)
    {
        long start = Stopwatch.GetTimestamp();
        while ((bool?)await page.EvalAsync($"!!({expression})") != true)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "This did not become true: " + expression);
            host.Report(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }
    }

    private static Fate FateOf(int number) => number switch
    {
        7 => Fate.Lost,
        19 => Fate.Unhealthy,
        23 or 31 => Fate.Degraded,
        40 => Fate.Starting,
        44 => Fate.Stale,
        45 => Fate.Stopped,
        _ => Fate.Healthy,
    };

    private static async Task<DashboardHost> HostileAsync()
    {
        var alice = new SimulatedNode("alice");
        DashboardHost host = await DashboardHost.StartAsync(3, alice);
        NodeSnapshot hostile = alice.Latest!.Latest with
        {
            NodeId = HostileName,
            Version = HostileName,
            Network = HostileName,
            Labels = [new(HostileName, HostileName), new("long", new string('W', 500))],
            Bootstrap = new BootstrapProgress(99, HostileName, HostileName),
            Health = [new NodeComponent(HostileName, HealthLevel.Unhealthy, HostileName, [new(HostileName, HostileName)], host.Time.GetUtcNow())],
        };
        host.Nodes.Set(new NodeState(hostile, NodePresence.Live));
        return host;
    }
}
