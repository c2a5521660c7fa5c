using System.Diagnostics;
using GoTor.Client.Telemetry.Tracing;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace GoTor.Node.Tracing;

/// <summary>Sends a sample of the engine's traces to an OTLP receiver. Dispose last: it delivers what is left, for two seconds at most.</summary>
internal sealed class TraceExport : IDisposable
{
    private const int LastWordsMilliseconds = 2000;

    private readonly TracerProvider _provider;

    private TraceExport(TracerProvider provider) => _provider = provider;

    /// <summary>Begins to trace.</summary>
    public static TraceExport Start(TraceOptions options, string version, ILogger logger)
    {
        TraceLog.Tracing(logger, options.Sampling);
        ResourceBuilder resource = ResourceBuilder.CreateEmpty()
            .AddTelemetrySdk().AddEnvironmentVariableDetector().AddService("gotor-node", serviceVersion: version, autoGenerateServiceInstanceId: true);
        BatchActivityExportProcessor batches = new(new ReportingExporter(ExporterOptions(options), logger));
        return new TraceExport(
            Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .SetSampler(new TraceIdRatioBasedSampler(options.Sampling))
                .AddSource(TorTracing.Name)
                .AddProcessor(batches)
                .Build());
    }

    public void Dispose()
    {
        _provider.Shutdown(LastWordsMilliseconds);
        _provider.Dispose();
    }

    private static OtlpExporterOptions ExporterOptions(TraceOptions options)
    {
        // Reads the OTEL_EXPORTER_OTLP_ variables: headers, which may hold a key, come from there only.
        OtlpExporterOptions exporter = new()
        {
            // Never through a proxy of the environment: that could be this node.
            HttpClientFactory = static () => new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) },
        };
        if (options.Endpoint is { } endpoint)
        {
            exporter.Endpoint = endpoint;
            exporter.Protocol = endpoint.AbsolutePath is "/" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        }

        return exporter;
    }

    /// <summary>Says when traces cease to arrive, and when they arrive again; the exporter itself would say nothing.</summary>
    private sealed class ReportingExporter(OtlpExporterOptions options, ILogger logger) : OtlpTraceExporter(options)
    {
        private bool _isFailing;

        public override ExportResult Export(in Batch<Activity> batch)
        {
            ExportResult result = base.Export(batch);
            bool failed = result != ExportResult.Success;
            if (failed && !_isFailing)
                TraceLog.Undelivered(logger);
            else if (!failed && _isFailing)
                TraceLog.DeliveredAgain(logger);
            _isFailing = failed;
            return result;
        }
    }
}
