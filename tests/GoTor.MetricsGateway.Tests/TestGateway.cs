using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client;
using GoTor.MetricsContract;
using GoTor.MetricsGateway.Hosting;
using GoTor.MetricsGateway.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.MetricsGateway.Tests;

/// <summary>A whole gateway in this process, on real sockets with ports chosen by the system.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    public const string Token = "0123456789abcdef-test-token";

    private readonly GrpcChannel _channel;

    private TestGateway(WebApplication app, FakeTimeProvider? time, FakeLogCollector log)
    {
        (App, Time, Log) = (app, time, log);
        (string http, string grpc) = GatewayProgram.Addresses(app);
        HttpAddress = new Uri(http);
        GrpcAddress = new Uri(grpc);
        Http = new HttpClient { BaseAddress = HttpAddress };
        _channel = GrpcChannel.ForAddress(grpc);
        Reports = new NodeReports.NodeReportsClient(_channel);
    }

    public WebApplication App { get; }

    /// <summary>The gateway's clock, when the test asked for one.</summary>
    public FakeTimeProvider? Time { get; }

    public FakeLogCollector Log { get; }

    public Uri HttpAddress { get; }

    public Uri GrpcAddress { get; }

    public HttpClient Http { get; }

    public NodeReports.NodeReportsClient Reports { get; }

    public INodeDirectory Nodes => App.Services.GetRequiredService<INodeDirectory>();

    public static Metadata Authorization => new() { { "authorization", "Bearer " + Token } };

    public static async Task<TestGateway> StartAsync(
        FakeTimeProvider? time = null, Action<IServiceCollection>? services = null, params (string Name, string Value)[] settings)
    {
        var log = new FakeLogCollector();
        WebApplication app = GatewayHost.Build([], configure: builder =>
        {
            builder.Configuration.AddInMemoryCollection(
            [
                new("Gateway:HttpAddress", "127.0.0.1:0"), new("Gateway:GrpcAddress", "127.0.0.1:0"), new("Gateway:Token", Token), new("Logging:Console:LogLevel:Default", "None"),
                .. settings.Select(setting => new KeyValuePair<string, string?>("Gateway:" + setting.Name, setting.Value)),
            ]);
            if (time is not null)
                builder.Services.AddSingleton<TimeProvider>(time);
            services?.Invoke(builder.Services);
        });
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new FakeLoggerProvider(log));
        await app.StartAsync();
        return new TestGateway(app, time, log);
    }

    /// <summary>Reports as a node does.</summary>
    public async Task<ReportAnswer> ReportAsync(NodeReport report)
    {
        try
        {
            return await Reports.ReportAsync(report, Authorization);
        }
        catch (RpcException unexpected) when (unexpected.StatusCode == StatusCode.Unknown)
        {
            Exception? cause = Log.GetSnapshot().LastOrDefault(record => record.Exception is not null)?.Exception;
            throw new InvalidOperationException("The gateway failed.", cause);
        }
    }

    /// <summary>Reports and expects a refusal.</summary>
    public async Task<Status> RefusalOfAsync(NodeReport report) =>
        (await Assert.ThrowsAsync<RpcException>(() => ReportAsync(report))).Status;

    public async Task<string> GetAsync(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        using HttpResponseMessage response = await Http.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>/metrics, parsed by <see cref="ExpositionParser"/>.</summary>
    public async Task<ParsedExposition> ScrapeAsync() => ExpositionParser.Parse(await GetAsync("/metrics"));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channel.Dispose();
        await App.DisposeAsync();
    }
}
