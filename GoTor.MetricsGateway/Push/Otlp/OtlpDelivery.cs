using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using GoTor.MetricsGateway.Nodes;
using GoTor.MetricsGateway.Push.Otlp.Messages;

namespace GoTor.MetricsGateway.Push.Otlp;

/// <summary>
/// Exports the nodes' metrics to an OTLP collector. A node that has not reported since the last export has nothing new to say and is left out,
/// which is how OTLP shows that it is silent. https://opentelemetry.io/docs/specs/otlp/
/// </summary>
internal sealed class OtlpDelivery : PeriodicDelivery
{
    private const int PointsPerRequest = 4_000;

    private readonly OtlpOptions _options;
    private readonly INodeDirectory _nodes;
    private readonly HttpClient _client;
    private readonly GrpcChannel? _channel;
    private readonly MetricsService.MetricsServiceClient? _grpc;
    private readonly Dictionary<string, DateTimeOffset> _exported = [];

    public OtlpDelivery(OtlpOptions options, INodeDirectory nodes, IHttpClientFactory clients, PushMetrics metrics, TimeProvider time, ILogger<OtlpDelivery> logger)
        : base("otlp", options.Endpoint!, options.Period, metrics, time, logger)
    {
        (_options, _nodes, _client) = (options, nodes, clients.CreateClient(ClientName));
        if (options.Endpoint!.AbsolutePath != "/")
            return;
        _channel = GrpcChannel.ForAddress(options.Endpoint, new GrpcChannelOptions { HttpClient = _client });
        _grpc = new MetricsService.MetricsServiceClient(_channel);
    }

    public override void Dispose()
    {
        _channel?.Dispose();
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task DeliverAsync(CancellationToken cancellation)
    {
        NodeSnapshot[] nodes = [.. _nodes.List().Where(node => node.Presence != NodePresence.Stale).Select(node => node.Latest)];
        Forget(nodes);
        List<NodeSnapshot> batch = [];
        int points = 0;
        foreach (NodeSnapshot node in nodes.Where(node => _exported.GetValueOrDefault(node.NodeId) < node.ReceivedAt))
        {
            batch.Add(node);
            points += OtlpConversion.PointsOf(node);
            if (points < PointsPerRequest)
                continue;
            await ExportAsync(batch, cancellation);
            batch.Clear();
            points = 0;
        }
        if (batch.Count > 0)
            await ExportAsync(batch, cancellation);
    }

    private void Forget(NodeSnapshot[] nodes)
    {
        if (_exported.Count <= nodes.Length)
            return;
        HashSet<string> known = [.. nodes.Select(node => node.NodeId)];
        foreach (string gone in _exported.Keys.Where(id => !known.Contains(id)).ToArray())
            _exported.Remove(gone);
    }

    private async Task ExportAsync(List<NodeSnapshot> nodes, CancellationToken cancellation)
    {
        ExportMetricsServiceRequest request = new() { ResourceMetrics = { nodes.Select(OtlpConversion.From) } };
        ExportMetricsServiceResponse answer = _grpc is null ? await PostAsync(request, cancellation) : await CallAsync(_grpc, request, cancellation);
        foreach (NodeSnapshot node in nodes)
            _exported[node.NodeId] = node.ReceivedAt;
        if (answer.PartialSuccess is { RejectedDataPoints: > 0 })
            throw new DeliveryFailedException("it rejects some of the values");
    }

    private async Task<ExportMetricsServiceResponse> PostAsync(ExportMetricsServiceRequest message, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, _options.Endpoint) { Content = new ByteArrayContent(message.ToByteArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        request.Headers.Authorization = Bearer(_options.BearerTokenFile);
        using HttpResponseMessage response = await _client.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
            throw new DeliveryFailedException($"status {(int)response.StatusCode}");
        try
        {
            return ExportMetricsServiceResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync(cancellation));
        }
        catch (InvalidProtocolBufferException)
        {
            throw new DeliveryFailedException("its answer is not OTLP");
        }
    }

    private async Task<ExportMetricsServiceResponse> CallAsync(
        MetricsService.MetricsServiceClient grpc, ExportMetricsServiceRequest message, CancellationToken cancellation)
    {
        Metadata headers = [];
        if (Bearer(_options.BearerTokenFile) is { } bearer)
            headers.Add("authorization", bearer.ToString());
        try
        {
            return await grpc.ExportAsync(message, headers, cancellationToken: cancellation);
        }
        catch (RpcException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new DeliveryFailedException($"gRPC status {error.StatusCode}");
        }
    }
}
