using System.Buffers;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Http;

/// <summary>Sends one request over one stream and reads its answer. Safe for concurrent use on different streams.</summary>
/// <param name="timing">How slow a server may be.</param>
internal sealed class DirectoryHttp(DirectoryTiming timing, TimeProvider time)
{
    private const int BufferLength = 16 * 1024;

    /// <param name="host">The server's address and port.</param>
    /// <param name="progress">Told how many bytes each read brought.</param>
    /// <exception cref="MalformedMessageException">The answer is no answer.</exception>
    /// <exception cref="TimeoutException">The server is too slow.</exception>
    /// <exception cref="IOException">The stream broke.</exception>
    public async Task<DirectoryResponse> SendAsync(
        Stream stream, string host, DirectoryRequest request, Action<int>? progress, CancellationToken cancellationToken)
    {
        using CancellationTokenSource slow = new(Timeout.InfiniteTimeSpan, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, cancellationToken);
        slow.CancelAfter(timing.StallTimeout);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            await stream.WriteAsync(request.Encode(host), either.Token).ConfigureAwait(false);
            await stream.FlushAsync(either.Token).ConfigureAwait(false);
            DirectoryResponseParser parser = new(request.MaxLength);
            int sinceReset = 0;
            while (!parser.IsComplete)
            {
                int read = await stream.ReadAsync(buffer, either.Token).ConfigureAwait(false);
                if (read == 0)
                    break;
                parser.Feed(buffer.AsSpan(0, read));
                progress?.Invoke(read);

                // A trickle is a stall too: the clock starts again only after a worthwhile amount.
                sinceReset += read;
                if (sinceReset >= timing.StallBytes)
                {
                    sinceReset = 0;
                    slow.CancelAfter(timing.StallTimeout);
                }
            }

            return parser.Finish();
        }
        catch (OperationCanceledException) when (slow.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("A directory server was too slow.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
