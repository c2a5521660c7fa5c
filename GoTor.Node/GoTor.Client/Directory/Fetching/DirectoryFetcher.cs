using GoTor.Client.Directory.Compression;
using GoTor.Client.Directory.Http;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Directory.Fetching;

/// <summary>Carries out requests: stream, HTTP, unpacking. Failures are results. Safe for concurrent use.</summary>
internal sealed class DirectoryFetcher(
    IDirectoryConnector connector, DirectoryTiming timing, BootstrapStatus bootstrap, DirectoryMetrics metrics, TimeProvider time, ILogger logger)
{
    private readonly DirectoryHttp _http = new(timing, time);

    /// <param name="clock">The monotonic clock of the directory loop.</param>
    public async Task<FetchResult> FetchAsync(DirectoryFetch fetch, Func<TimeSpan> clock, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        FetchResult result;
        using (CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(fetch.CancellationToken, cancellationToken))
            result = await TryAsync(fetch, clock, either.Token).ConfigureAwait(false);
        TimeSpan took = time.GetElapsedTime(started);
        metrics.FetchEnded(fetch.Document, fetch.Server.Kind, result.Outcome, fetch.Received, took);
        logger.FetchEnded(fetch.Document, fetch.Server.Kind, result.Outcome, fetch.Received, took.TotalSeconds);
        return result;
    }

    private async Task<FetchResult> TryAsync(DirectoryFetch fetch, Func<TimeSpan> clock, CancellationToken cancellationToken)
    {
        try
        {
            Stream stream = await ConnectAsync(fetch.Server, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                fetch.NoteProgress(0, clock());
                if (fetch.Document == DirectoryDocument.Consensus)
                    bootstrap.Report(BootstrapPhase.RequestingStatus);
                DateTimeOffset sent = time.GetUtcNow();
                DirectoryResponse response = await _http.SendAsync(stream, fetch.Server.Host, fetch.Request, NoteProgress, cancellationToken).ConfigureAwait(false);
                return Judge(fetch.Request, response, sent - response.Date);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new FetchResult(FetchOutcome.Cancelled);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return new FetchResult(FetchOutcome.TooSlow);
        }
        catch (MalformedMessageException e)
        {
            logger.ServerMisbehaved(e);
            return new FetchResult(FetchOutcome.Garbage);
        }
        catch (TorException e) when (e.Kind is TorErrorKind.RelayUnreachable or TorErrorKind.Timeout)
        {
            return new FetchResult(FetchOutcome.Unreachable);
        }
        catch (Exception e) when (e is IOException or TorException)
        {
            return new FetchResult(FetchOutcome.Broken);
        }

        void NoteProgress(int bytes)
        {
            if (fetch.Document == DirectoryDocument.Consensus)
                bootstrap.Report(BootstrapPhase.LoadingStatus);
            fetch.NoteProgress(bytes, clock());
        }
    }

    private async Task<Stream> ConnectAsync(DirectoryServer server, CancellationToken cancellationToken)
    {
        using CancellationTokenSource slow = new(timing.ConnectTimeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, cancellationToken);
        try
        {
            return await connector.OpenAsync(server, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (slow.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TorException(TorErrorKind.Timeout, "No stream to a directory server in time.");
        }
    }

    private static FetchResult Judge(DirectoryRequest request, DirectoryResponse response, TimeSpan? skew)
    {
        FetchOutcome outcome = response.Status switch
        {
            200 => FetchOutcome.Success,
            304 => FetchOutcome.NotModified,
            404 => FetchOutcome.NotFound,
            503 => FetchOutcome.Busy,
            _ => FetchOutcome.Refused,
        };
        if (outcome != FetchOutcome.Success)
            return new FetchResult(outcome, default, skew);
        if (!response.IsComplete && !request.AllowPartial)
            return new FetchResult(FetchOutcome.Broken, default, skew);
        Unpacked unpacked = Decompression.Unpack(response.Encoding, response.Body, request.MaxLength, request.AllowPartial);
        return unpacked.Bytes.IsEmpty
            ? new FetchResult(FetchOutcome.Garbage, default, skew)
            : new FetchResult(FetchOutcome.Success, unpacked.Bytes, skew);
    }
}
