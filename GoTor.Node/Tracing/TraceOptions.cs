namespace GoTor.Node.Tracing;

/// <summary>Whether and where traces go. Immutable.</summary>
/// <param name="Sampling">The share of streams and circuit builds that are traced, above 0 and up to 1.</param>
/// <param name="Endpoint">An OTLP receiver; null leaves it to OTEL_EXPORTER_OTLP_ENDPOINT.</param>
internal sealed record TraceOptions(double Sampling, Uri? Endpoint)
{
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The endpoint in force; null when there is none.</summary>
    public Uri? EffectiveEndpoint =>
        Endpoint ?? (Uri.TryCreate(Environment.GetEnvironmentVariable(EndpointVariable), UriKind.Absolute, out Uri? given) ? given : null);

    /// <summary>Traces leave this machine, where anybody on the way can read them.</summary>
    public bool IsExposed => EffectiveEndpoint is { IsLoopback: false } there && there.Scheme != Uri.UriSchemeHttps;
}
