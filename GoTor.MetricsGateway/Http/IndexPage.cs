using System.Text;

namespace GoTor.MetricsGateway.Http;

/// <summary>The page at <c>/</c>: what else there is.</summary>
internal static class IndexPage
{
    public static readonly ReadOnlyMemory<byte> Bytes = Encoding.UTF8.GetBytes(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>go-tor Metrics</title>
        </head>
        <body>
        <h1>go-tor Metrics Server</h1>
        <ul>
        <li><a href="/metrics">/metrics</a> - Prometheus format metrics</li>
        <li><a href="/metrics/json">/metrics/json</a> - JSON format metrics</li>
        <li><a href="/health">/health</a> - Health check status</li>
        <li><a href="/debug/metrics">/debug/metrics</a> - Real-time dashboard</li>
        <li><a href="/metrics/gateway">/metrics/gateway</a> - Metrics of this gateway itself</li>
        </ul>
        </body>
        </html>

        """);
}
