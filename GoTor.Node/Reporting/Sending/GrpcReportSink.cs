using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using GoTor.MetricsContract;

namespace GoTor.Node.Reporting.Sending;

/// <summary>
/// A gateway over gRPC: HTTP/2 in clear (http) or in TLS (https). Connects when there is something to send, and again after it has lost
/// its connection. Never by a proxy of the environment. Safe for concurrent use.
/// </summary>
internal sealed class GrpcReportSink : IReportSink, IDisposable
{
    /// <summary>An answer is a few hundred bytes; a gateway that sends more has nothing to tell us.</summary>
    private const int MaxAnswerBytes = 64 * 1024;

    private const int MaxReasonLength = 200;

    private static readonly TimeSpan ReconnectAtOnce = TimeSpan.FromMilliseconds(1);

    private readonly GatewayToken _token;
    private readonly GrpcChannel _channel;

    /// <param name="gateway">Where it is.</param>
    /// <param name="token">Asked for each call, so that a new token counts at once.</param>
    public GrpcReportSink(Uri gateway, GatewayToken token)
    {
        _token = token;
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(4),
            // A name may come to mean another address, as in a restarted container.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            ActivityHeadersPropagator = null,
        };
        _channel = GrpcChannel.ForAddress(gateway, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxAnswerBytes,
            MaxRetryAttempts = null,
            DisableResolverServiceConfig = true,
            // When to try again is our caller's business: the library's own pauses would grow to two minutes.
            InitialReconnectBackoff = ReconnectAtOnce,
            MaxReconnectBackoff = ReconnectAtOnce,
        });
        Client = new NodeReports.NodeReportsClient(_channel);
    }

    /// <summary>For calls of other kinds on the same connection; they carry <see cref="Credentials"/>.</summary>
    public NodeReports.NodeReportsClient Client { get; }

    /// <summary>The headers that a gateway asks of every call.</summary>
    public Metadata Credentials() => new() { { "authorization", _token.Current.Header } };

    public async Task<ReportOutcome> SendAsync(NodeReport report, CancellationToken cancellationToken)
    {
        BearerToken token = _token.Current;
        ReportOutcome outcome = await SendOnceAsync(report, cancellationToken).ConfigureAwait(false);
        // Both ends got a new token, and we had not looked yet.
        return outcome.Result == ReportResult.Unauthorized && _token.Refused(token)
            ? await SendOnceAsync(report, cancellationToken).ConfigureAwait(false)
            : outcome;
    }

    public void Dispose() => _channel.Dispose();

    private async Task<ReportOutcome> SendOnceAsync(NodeReport report, CancellationToken cancellationToken)
    {
        try
        {
            return new ReportOutcome(
                ReportResult.Accepted, await Client.ReportAsync(report, Credentials(), cancellationToken: cancellationToken).ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RpcException error)
        {
            return new ReportOutcome(ResultOf(error.StatusCode), Reason: Printable(error.Status));
        }
    }

    private static ReportResult ResultOf(StatusCode code) => code switch
    {
        StatusCode.Unavailable => ReportResult.Unreachable,
        StatusCode.DeadlineExceeded => ReportResult.TimedOut,
        StatusCode.Unauthenticated or StatusCode.PermissionDenied => ReportResult.Unauthorized,
        StatusCode.AlreadyExists => ReportResult.Replaced,
        StatusCode.ResourceExhausted => ReportResult.OverQuota,
        _ => ReportResult.Refused,
    };

    private static string Printable(Status status)
    {
        // Of a connection that failed, the system's word for it is the whole story; the library's text names addresses and types.
        Exception? cause = status.DebugException?.GetBaseException();
        string text = cause is System.Net.Sockets.SocketException or IOException or System.Security.Authentication.AuthenticationException
            ? cause.Message
            : $"{status.StatusCode}: {status.Detail}";
        return SafeText.Of(text, MaxReasonLength);
    }
}
