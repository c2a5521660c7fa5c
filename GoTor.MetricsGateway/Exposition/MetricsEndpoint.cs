using GoTor.MetricsGateway.Http;
using Microsoft.Net.Http.Headers;

namespace GoTor.MetricsGateway.Exposition;

/// <summary><c>GET /metrics</c>.</summary>
internal sealed class MetricsEndpoint(ExpositionSource source, ScrapeMetrics metrics, TimeProvider time)
{
    /// <summary>A client that takes longer to read its answer is cut off.</summary>
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(30);

    private readonly SharedRenderings _prometheus = new(source, ExpositionFormat.Prometheus);
    private readonly SharedRenderings _openMetrics = new(source, ExpositionFormat.OpenMetrics);

    public async Task ServeAsync(HttpContext context)
    {
        long began = time.GetTimestamp();
        ExpositionFormat format = ExpositionFormats.AskedFor(context.Request);
        bool zip = AcceptsGzip(context.Request);
        Rendering rendering = await (format == ExpositionFormat.OpenMetrics ? _openMetrics : _prometheus).HoldAsync();
        try
        {
            PooledText text = zip ? await rendering.ZippedAsync() : rendering.Text;
            HttpResponse response = context.Response;
            response.ContentType = format.ContentType();
            response.ContentLength = text.Length;
            response.Headers.Vary = "Accept, Accept-Encoding";
            if (zip)
                response.Headers.ContentEncoding = "gzip";
            if (HttpMethods.IsHead(context.Request.Method))
                return;
            await SendAsync(context, text);
            metrics.Served(format, zip, time.GetElapsedTime(began));
        }
        finally
        {
            rendering.Release();
        }
    }

    private async Task SendAsync(HttpContext context, PooledText text)
    {
        using var slow = new CancellationTokenSource(LongestRead, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, context.RequestAborted);
        try
        {
            foreach (ReadOnlyMemory<byte> piece in text.Pieces())
                await context.Response.Body.WriteAsync(piece, both.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // It is gone, or so slow that others would pay for it.
        }
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        request.Headers.AcceptEncoding.Count > 0
        && StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out IList<StringWithQualityHeaderValue>? encodings)
        && encodings.Any(encoding => encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && encoding.Quality is not 0);
}
