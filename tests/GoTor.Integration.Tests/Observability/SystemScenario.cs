using System.Globalization;
using System.Net;
using GoTor.Testing.PrivateNetwork;
using Xunit.Abstractions;

namespace GoTor.Integration.Tests.Observability;

/// <summary>
/// What an operator relies on: the node's numbers reach the gateway and tell the truth, health turns, and either
/// process may die. The same tests run on plain processes and on the AppHost. Each leaves the system running.
/// </summary>
/// <param name="output">Gets what was measured.</param>
public abstract class SystemScenario(ITestOutputHelper output)
{
    /// <summary>Seconds that the gateway stays away after it was killed; without it, as long as one download takes.</summary>
    private const string OutageVariable = "GOTOR_OUTAGE_SECONDS";

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable(OutageVariable) ?? "0", CultureInfo.InvariantCulture));

    private protected abstract IObservedSystem Observed { get; }

    private GatewayView View => new(Observed.Gateway, IObservedSystem.Node);

    [SkippableFact]
    public async Task System_Started_ShowsTheNodeUpAndHealthy()
    {
        TargetServer target = Observed.Target;
        await Fetch.BytesAsync(Observed.Socks, target, 1000);

        await View.UntilAsync("gotor_node_up", up => up == 1);
        await View.UntilAsync("gotor_bootstrap_progress_ratio", progress => progress == 1);
        await View.UntilHealthAsync(HttpStatusCode.OK);
    }

    [SkippableFact]
    public async Task Traffic_ThroughTheNode_MovesItsNumbersByWhatWasSent()
    {
        const int Fetches = 3, Size = 300_000;
        TargetServer target = Observed.Target;
        await View.CatchUpAsync();
        double requests = await View.UntilAsync("tor_socks_requests_total", _ => true);
        double data = await View.UntilAsync("tor_stream_data_bytes_total", _ => true);

        for (int i = 0; i < Fetches; i++)
            await Fetch.BytesAsync(Observed.Socks, target, Size);

        await View.UntilAsync("tor_stream_data_bytes_total", now => now >= data + (Fetches * Size));
        Assert.Equal(requests + Fetches, await View.UntilAsync("tor_socks_requests_total", now => now >= requests + Fetches));
        // Beside the bodies there are only the requests and the heads of the answers.
        Assert.InRange(await View.UntilAsync("tor_stream_data_bytes_total", _ => true) - data, Fetches * Size, Fetches * (Size + 2000));
    }

    [SkippableFact]
    public async Task Node_Killed_TurnsHealthRedAndComesBack()
    {
        TargetServer target = Observed.Target;
        double started = await View.UntilAsync("gotor_node_start_time_seconds", _ => true);

        await Observed.KillNodeAsync();
        await View.UntilAsync("gotor_node_up", up => up == 0);
        await View.UntilHealthAsync(HttpStatusCode.ServiceUnavailable);

        await Observed.StartNodeAsync();
        await View.UntilAsync("gotor_node_start_time_seconds", time => time > started);
        await View.UntilHealthAsync(HttpStatusCode.OK);
        await Fetch.BytesAsync(Observed.Socks, target, 1000);
    }

    [SkippableFact]
    public async Task Node_Stopped_SaysSoAndIsNotLost()
    {
        TargetServer target = Observed.Target;
        await View.UntilAsync("gotor_node_stopped", stopped => stopped == 0);

        await Observed.StopNodeAsync();
        await View.UntilAsync("gotor_node_stopped", stopped => stopped == 1);
        Assert.Null(await View.ValueAsync("gotor_node_health"));

        await Observed.StartNodeAsync();
        await View.UntilAsync("gotor_node_stopped", stopped => stopped == 0);
        await View.UntilHealthAsync(HttpStatusCode.OK);
        await Fetch.BytesAsync(Observed.Socks, target, 1000);
    }

    [SkippableFact]
    public async Task Gateway_KilledUnderTraffic_CostsNoTrafficAndNoTotal()
    {
        TargetServer target = Observed.Target;
        await View.CatchUpAsync();
        double requests = await View.UntilAsync("tor_socks_requests_total", _ => true);
        double streams = await View.UntilAsync("tor_streams_closed_total", _ => true);
        double data = await View.UntilAsync("tor_stream_data_bytes_total", _ => true);
        CountedTraffic traffic = new(Observed.Socks, target);
        Task first = traffic.FetchAsync(200_000);

        await Observed.KillGatewayAsync();
        long killed = TimeProvider.System.GetTimestamp();
        await first;
        do
            await traffic.FetchAsync(200_000);
        while (TimeProvider.System.GetElapsedTime(killed) < Outage);
        await Observed.StartGatewayAsync();

        // As if the gateway had never been away: what the application itself has counted, to the byte.
        await View.UntilAsync("tor_streams_closed_total", now => now >= streams + traffic.Streams);
        Assert.Equal(streams + traffic.Streams, await View.UntilAsync("tor_streams_closed_total", _ => true));
        Assert.Equal(requests + traffic.Streams, await View.UntilAsync("tor_socks_requests_total", _ => true));
        Assert.Equal(data + traffic.Sent + traffic.Received, await View.UntilAsync("tor_stream_data_bytes_total", _ => true));
        await View.UntilHealthAsync(HttpStatusCode.OK);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"The gateway was away for {Outage.TotalSeconds:0} s, with {traffic.Streams} streams and {traffic.Sent + traffic.Received} bytes meanwhile: no difference."));
    }
}
