using System.Net;
using GoTor.Client.Streams;

namespace GoTor.Client.Proxies.Mapping;

/// <summary>
/// TrackHostExits: notes which exit a tracked host has seen, and lets it go when that exit no longer serves. Safe for concurrent use.
/// </summary>
internal sealed class ExitTracker(IStreamConnector inner, AddressMap map, TimeProvider time) : IStreamConnector
{
    /// <summary>About as long as C tor's five attempts.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<TorStream> ConnectAsync(StreamRequest request, CancellationToken cancellationToken)
    {
        TorStream stream = await TryPinnedAsync(request, inner.ConnectAsync, cancellationToken);
        if (stream.Exit is { } exit && request.Exit is null or { MayBeForgotten: true })
            map.NoteExit(request.Host, exit);
        return stream;
    }

    public Task<ResolveAnswer> ResolveAsync(StreamRequest request, CancellationToken cancellationToken) =>
        TryPinnedAsync(request, inner.ResolveAsync, cancellationToken);

    public Task<ResolveAnswer> ResolveReverseAsync(IPAddress address, StreamRequest request, CancellationToken cancellationToken) =>
        inner.ResolveReverseAsync(address, request, cancellationToken);

    private async Task<T> TryPinnedAsync<T>(
        StreamRequest request, Func<StreamRequest, CancellationToken, Task<T>> open, CancellationToken cancellationToken)
    {
        if (request.Exit is not { MayBeForgotten: true } pinned)
            return await open(request, cancellationToken);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using ITimer timer = time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(), limit, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            return await open(request, limit.Token);
        }
        catch (TorException error) when (IsOfExit(error.Kind))
        {
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }

        map.ForgetExit(pinned.Identity);
        return await open(request with { Exit = null }, cancellationToken);
    }

    /// <summary>Another exit may do better. What the destination itself says, every exit would say.</summary>
    private static bool IsOfExit(TorErrorKind kind) => kind is not
        (TorErrorKind.ResolveFailed or TorErrorKind.ConnectionRefused or TorErrorKind.StreamClosed or TorErrorKind.ShuttingDown
        or TorErrorKind.InvalidRequest or TorErrorKind.NotReady);
}
