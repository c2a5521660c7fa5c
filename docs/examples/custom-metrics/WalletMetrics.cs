using Grpc.Core;
using Grpc.Net.Client;
using GoTor.MetricsContract;

/// <summary>
/// Reports metrics of your own to a metrics gateway over gRPC. Needs the package Grpc.Net.Client and the client that Grpc.Tools makes of
/// custom_metrics.proto.
/// </summary>
internal sealed class WalletMetrics : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly CustomMetrics.CustomMetricsClient _client;
    private readonly Metadata _headers;

    /// <param name="gateway">Its gRPC address, as http://127.0.0.1:9053.</param>
    /// <param name="token">The token that the gateway gives to applications.</param>
    public WalletMetrics(Uri gateway, string token)
    {
        _channel = GrpcChannel.ForAddress(gateway);
        _client = new CustomMetrics.CustomMetricsClient(_channel);
        _headers = new Metadata { { "authorization", $"Bearer {token}" } };
    }

    /// <summary>A payment was sent.</summary>
    public async Task PaymentSentAsync(string coin)
    {
        Update update = new() { Name = "wallet.payments.sent", Add = 1, Labels = { new Label { Name = "coin", Value = coin } } };
        UpdateRequest request = new() { Updates = { update } };
        try
        {
            await _client.UpdateAsync(request, _headers);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            // The first call, or the gateway was restarted and has forgotten what it was told.
            await _client.RegisterAsync(
                new RegisterRequest { Name = update.Name, Type = MetricType.Counter, Unit = "{payment}", Help = "Payments sent." }, _headers);
            await _client.UpdateAsync(request, _headers);
        }
    }

    public void Dispose() => _channel.Dispose();
}
