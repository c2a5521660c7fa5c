using Google.Protobuf;
using Grpc.Core;
using GoTor.MetricsContract;
using GoTor.MetricsContract.Profiling;
using GoTor.Node.Reporting;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Profiling;

/// <summary>
/// Records a profile of this process when the gateway asks for one, and sends it there while it is recorded. One at a time. Only where
/// MetricsProfiling allows it. Dispose before the reporting.
/// </summary>
internal sealed class ProfileUploader : IAsyncDisposable
{
    private const int MaxSeconds = 300;
    private const long MaxBytes = 256L << 20;
    private static readonly TimeSpan UploadGrace = TimeSpan.FromSeconds(30);

    private readonly NodeReporting _reporting;
    private readonly string _nodeId;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;

    public ProfileUploader(NodeReporting reporting, string nodeId, TimeProvider time, ILogger logger)
    {
        (_reporting, _nodeId, _time, _logger) = (reporting, nodeId, time, logger);
        reporting.ProfileRequested += Begin;
    }

    public async ValueTask DisposeAsync()
    {
        _reporting.ProfileRequested -= Begin;
        Task running;
        lock (_lock)
        {
            _stopping.Cancel();
            running = _running;
        }

        await running;
        _stopping.Dispose();
    }

    private void Begin(ProfileRequest request)
    {
        lock (_lock)
        {
            if (_running.IsCompleted && !_stopping.IsCancellationRequested)
                _running = Task.Run(() => RunAsync(request));
        }
    }

    private async Task RunAsync(ProfileRequest request)
    {
        TimeSpan duration = TimeSpan.FromSeconds(Math.Clamp(request.DurationS, 1, MaxSeconds));
        using CancellationTokenSource limit = new(duration + UploadGrace, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        try
        {
            ProfilingLog.Recording(_logger, request.Kind);
            await UploadAsync(request, duration, either.Token);
            ProfilingLog.Sent(_logger);
        }
        catch (Exception error) when (error is RpcException or OperationCanceledException or ProfileFailedException)
        {
            ProfilingLog.Failed(_logger, error is ProfileFailedException ? error.Message : "the gateway does not take it");
        }
#pragma warning disable CA1031 // A mistake of ours in a profile must not reach the node.
        catch (Exception error)
#pragma warning restore CA1031
        {
            ProfilingLog.Failed(_logger, error.GetType().Name);
        }
    }

    private async Task UploadAsync(ProfileRequest request, TimeSpan duration, CancellationToken cancellation)
    {
        if (_reporting.Gateway is not { } gateway)
            return;
        using AsyncClientStreamingCall<ProfileChunk, ProfileReceipt> call =
            gateway.Client.UploadProfile(gateway.Credentials(), cancellationToken: cancellation);
        bool isFirst = true;
        try
        {
            await OwnProcessRecorder.RecordAsync(request.Kind, duration, MaxBytes, SendAsync, _time, cancellation);
        }
        catch (ProfileFailedException failure)
        {
            await call.RequestStream.WriteAsync(Chunk(new ProfileChunk { Failure = failure.Message }), cancellation);
            await call.RequestStream.CompleteAsync();
            await call.ResponseAsync;
            throw;
        }

        await call.RequestStream.CompleteAsync();
        await call.ResponseAsync;

        // The piece is the recorder's again when this has returned.
        async ValueTask SendAsync(ReadOnlyMemory<byte> piece) =>
            await call.RequestStream.WriteAsync(Chunk(new ProfileChunk { Data = ByteString.CopyFrom(piece.Span) }), cancellation);

        ProfileChunk Chunk(ProfileChunk chunk)
        {
            if (isFirst)
                (chunk.NodeId, chunk.ProfileId) = (_nodeId, request.Id);
            isFirst = false;
            return chunk;
        }
    }
}
