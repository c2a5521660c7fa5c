using System.Net;
using System.Net.Http.Headers;
using System.Text;
using GoTor.MetricsGateway.Exposition;

namespace GoTor.MetricsGateway.Push;

/// <summary>
/// Puts what /metrics shows into one group of a Pushgateway, for nodes that live too short to be scraped.
/// https://github.com/prometheus/pushgateway#api
/// </summary>
internal sealed class PushgatewayDelivery : PeriodicDelivery
{
    private readonly PushOptions _options;
    private readonly ExpositionSource _source;
    private readonly Uri _group;
    private readonly HttpClient _client;

    public PushgatewayDelivery(PushOptions options, ExpositionSource source, IHttpClientFactory clients, PushMetrics metrics, TimeProvider time, ILogger<PushgatewayDelivery> logger)
        : base("pushgateway", options.Url!, options.Period, metrics, time, logger)
    {
        (_options, _source, _client) = (options, source, clients.CreateClient(ClientName));
        _group = GroupOf(options);
    }

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    /// <summary>Where the group is. A value that a path cannot hold goes as base64.</summary>
    internal static Uri GroupOf(PushOptions options)
    {
        string path = options.Url!.AbsoluteUri.TrimEnd('/') + "/metrics" + Pair("job", options.Job);
        return new Uri(options.Instance.Length > 0 ? path + Pair("instance", options.Instance) : path);

        static string Pair(string name, string value) => value.Contains('/', StringComparison.Ordinal) || value is "." or ".."
            ? $"/{name}@base64/{Convert.ToBase64String(Encoding.UTF8.GetBytes(value)).Replace('+', '-').Replace('/', '_')}"
            : $"/{name}/{Uri.EscapeDataString(value)}";
    }

    protected override async Task DeliverAsync(CancellationToken cancellation)
    {
        using PooledText text = _source.Write(ExpositionFormat.Prometheus);
        // PUT replaces the group: what is gone here goes there too.
        await SendAsync(new HttpRequestMessage(HttpMethod.Put, _group) { Content = new TextContent(text) }, cancellation);
    }

    protected override Task SayGoodbyeAsync(CancellationToken cancellation) => _options.DeleteOnShutdown
        ? SendAsync(new HttpRequestMessage(HttpMethod.Delete, _group), cancellation)
        : base.SayGoodbyeAsync(cancellation);

    private async Task SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            request.Headers.Authorization = _options.Username is { } user
                ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{FirstLine(_options.PasswordFile!)}")))
                : Bearer(_options.BearerTokenFile);
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
                throw new DeliveryFailedException($"status {(int)response.StatusCode}");
        }
    }

    /// <summary>The text, without a copy of it.</summary>
    private sealed class TextContent : HttpContent
    {
        private readonly PooledText _text;

        public TextContent(PooledText text)
        {
            _text = text;
            Headers.ContentType = MediaTypeHeaderValue.Parse(ExpositionFormat.Prometheus.ContentType());
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            foreach (ReadOnlyMemory<byte> piece in _text.Pieces())
                await stream.WriteAsync(piece, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _text.Length;
            return true;
        }
    }
}
