using System.Net.Http;
using GoTor.MetricsGateway.Dashboard;
using GoTor.MetricsGateway.Dashboard.History;
using GoTor.MetricsGateway.Dashboard.Live;
using GoTor.MetricsGateway.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.MetricsGateway.Tests.Dashboard;

/// <summary>The dashboard alone, on a real Kestrel, over simulated nodes and a clock that tests move.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<SimulatedNode> _simulated;

    private DashboardHost(WebApplication app, FakeNodes nodes, FakeTimeProvider time, List<SimulatedNode> simulated) =>
        (_app, Nodes, Time, _simulated) = (app, nodes, time, simulated);

    public FakeNodes Nodes { get; }

    public FakeTimeProvider Time { get; }

    public Uri Address => new(_app.Urls.Single());

    public Uri Page => new(Address, "/debug/metrics");

    public HttpClient Client { get; } = new();

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>With a past of this many minutes, so that charts are drawn.</summary>
    public static async Task<DashboardHost> StartAsync(int minutes, params IEnumerable<SimulatedNode> simulated)
    {
        var nodes = new FakeNodes();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<INodeDirectory>(nodes);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddMetrics();
        builder.Services.AddDashboard();
        WebApplication app = builder.Build();
        app.MapDashboard();
        var host = new DashboardHost(app, nodes, time, [.. simulated]);
        HistoryRecorder history = host.Service<HistoryRecorder>();
        for (int i = 0; i < minutes * 12; i++)
        {
            host.Report(TimeSpan.FromSeconds(5));
            history.Take();
        }

        host.Vanish();
        await app.StartAsync();
        return host;
    }

    /// <summary>Time passes, and everyone who still lives reports.</summary>
    public void Report(TimeSpan later)
    {
        // Reports first: who wakes up because of the time finds them there.
        DateTimeOffset now = Time.GetUtcNow() + later;
        Nodes.Set([.. _simulated.Where(node => node.Gone() is null || !_vanished).Select(node => node.Report(now))]);
        Time.Advance(later);
    }

    /// <summary>The same, and open pages hear of it now: the feed's own pause may begin after the clock was moved, and would then not end.</summary>
    public void ReportAndSend()
    {
        Report(LiveFeed.Pace);
        Service<LiveFeed>().Send();
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private bool _vanished;

    // Those who are to be silent say so after their past.
    private void Vanish()
    {
        NodeState[] gone = [.. _simulated.Select(node => node.Gone()).OfType<NodeState>()];
        _vanished = true;
        Time.Advance(TimeSpan.FromSeconds(gone.Any(node => node.Presence.IsGone()) ? 420 : gone.Length > 0 ? 25 : 5));
        Nodes.Set([.. _simulated.Select(node => node.Gone() ?? node.Report(Time.GetUtcNow()))]);
    }
}
