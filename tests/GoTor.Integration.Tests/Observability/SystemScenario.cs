using System.Net;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Observability;

/// <summary>
/// What an operator relies on: the node's numbers reach the gateway and tell the truth, health turns, and either
/// process may die. The same tests run on plain processes and on the AppHost. Each leaves the system running.
/// </summary>
public abstract class SystemScenario
{
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
    public async Task Gateway_KilledUnderTraffic_CostsNoTrafficAndNoTotal()
    {
        const int Size = 200_000;
        TargetServer target = Observed.Target;
        await View.CatchUpAsync();
        double requests = await View.UntilAsync("tor_socks_requests_total", _ => true);
        double data = await View.UntilAsync("tor_stream_data_bytes_total", _ => true);
        Task first = Fetch.BytesAsync(Observed.Socks, target, Size);

        await Observed.KillGatewayAsync();
        await first;
        await Fetch.BytesAsync(Observed.Socks, target, Size);
        await Observed.StartGatewayAsync();

        await View.UntilAsync("tor_stream_data_bytes_total", now => now >= data + (2 * Size));
        Assert.Equal(requests + 2, await View.UntilAsync("tor_socks_requests_total", now => now >= requests + 2));
        await View.UntilHealthAsync(HttpStatusCode.OK);
    }
}
