using Microsoft.Net.Http.Headers;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>The two text formats that /metrics speaks.</summary>
internal enum ExpositionFormat
{
    /// <summary>Prometheus' text format 0.0.4.</summary>
    Prometheus,

    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}

/// <summary>Content types, and which format a client asks for.</summary>
internal static class ExpositionFormats
{
    /// <summary>The content type, exactly as go-tor sends it for the first one.</summary>
    public static string ContentType(this ExpositionFormat format) => format == ExpositionFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4";

    /// <summary>OpenMetrics for those who accept it at least as gladly as plain text; the text format for everyone else.</summary>
    public static ExpositionFormat AskedFor(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? types))
            return ExpositionFormat.Prometheus;
        double open = -1, text = -1;
        foreach (MediaTypeHeaderValue type in types)
        {
            double quality = type.Quality ?? 1;
            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            {
                if (type.Parameters.FirstOrDefault(parameter => parameter.Name == "version")?.Value is not { HasValue: true } version
                    || version.Value is "1.0.0" or "0.0.1")
                {
                    open = Math.Max(open, quality);
                }
            }
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
                text = Math.Max(text, quality);
        }
        return open > 0 && open >= text ? ExpositionFormat.OpenMetrics : ExpositionFormat.Prometheus;
    }
}
