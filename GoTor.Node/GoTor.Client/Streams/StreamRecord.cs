using System.Net;
using GoTor.Client.Circuits;
using GoTor.Protocol.Cells.Relay;

namespace GoTor.Client.Streams;

/// <summary>How far a stream is, in the control protocol's words.</summary>
internal enum StreamProgress
{
    /// <summary>It waits for a circuit.</summary>
    New,

    /// <summary>It waits for a controller to say which circuit.</summary>
    ControllerWait,

    /// <summary>The exit has been asked.</summary>
    Sent,

    Succeeded,
    Detached,
    Failed,
    Closed,
}

/// <summary>Where a stream came from: what a proxy knows of its application. Sensitive; for controllers only.</summary>
/// <param name="Protocol">In CLIENT_PROTOCOL's words: SOCKS5, HTTPCONNECT, DNS.</param>
internal sealed record StreamOrigin(string Protocol, EndPoint? Source = null, string? Username = null, string? Password = null)
{
    public override string ToString() => "[scrubbed]";
}

/// <summary>
/// One stream of an application as it is shown to observers, and the strings by which a controller moves it: one small object per stream. Written by
/// whoever opens it, read by anyone.
/// </summary>
internal sealed class StreamRecord(long number, StreamRequest request, bool isResolve) : IDisposable
{
    private readonly CancellationTokenSource _close = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource<CircuitLease?> _attachment = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StreamProgress _progress;

    /// <summary>Unique in this process, and unrelated to anything on the wire.</summary>
    public long Number => number;

    /// <summary>What is asked for. A controller may change the destination before the exit is asked.</summary>
    public StreamRequest Request { get; private set; } = request;

    public bool IsResolve => isResolve;

    /// <summary>How many NEWNYMs were done before it.</summary>
    public int NymEpoch { get; init; }

    /// <summary>It asks for the name of an address.</summary>
    public bool IsReverse { get; init; }

    public StreamProgress Progress
    {
        get
        {
            lock (_lock)
                return _progress;
        }
        set
        {
            lock (_lock)
                _progress = value;
        }
    }

    /// <summary>The circuit that carries it; zero without one.</summary>
    public long Circuit { get; set; }

    /// <summary>Why it is <see cref="StreamProgress.Detached"/>, <see cref="StreamProgress.Failed"/> or <see cref="StreamProgress.Closed"/>; null when nobody said.</summary>
    public EndReason? Reason { get; set; }

    /// <summary>The exit said so, not we.</summary>
    public bool IsRemoteReason { get; set; }

    /// <summary>The stream itself once it is open: it counts its bytes.</summary>
    public CircuitStream? Stream { get; set; }

    /// <summary>What <see cref="Stream"/> had counted when an observer looked last: for that observer only.</summary>
    public (long Read, long Written) Reported { get; set; }

    /// <summary>Cancelled when a controller ends the stream.</summary>
    public CancellationToken Closing => _close.Token;

    /// <summary>A controller ended it.</summary>
    public bool IsCloseRequested { get; private set; }

    /// <summary>Another destination, which must have passed the rules.</summary>
    /// <returns>False when the exit has been asked for the old one.</returns>
    public bool TryRedirect(StreamRequest request)
    {
        lock (_lock)
        {
            if (_progress is not (StreamProgress.New or StreamProgress.ControllerWait or StreamProgress.Detached))
                return false;
            Request = request;
            return true;
        }
    }

    /// <summary>The last choice of a controller has been used up; it is to make the next one.</summary>
    public void AwaitAttachment()
    {
        lock (_lock)
            _attachment = new TaskCompletionSource<CircuitLease?>(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The circuit that a controller chose; null leaves the choice to us.</summary>
    /// <returns>False when nobody waits for that, or it has been said already: the lease stays the caller's.</returns>
    public bool TryAttach(CircuitLease? lease)
    {
        lock (_lock)
            return _progress == StreamProgress.ControllerWait && _attachment.TrySetResult(lease);
    }

    /// <summary>What a controller gives to <see cref="TryAttach"/>. The lease is the caller's.</summary>
    public async Task<CircuitLease?> AttachmentAsync(CancellationToken cancellationToken)
    {
        Task<CircuitLease?> choice = _attachment.Task;
        try
        {
            return await choice.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The controller may have chosen at this very moment.
            if (!_attachment.TrySetCanceled(cancellationToken))
                (await choice)?.Dispose();
            throw;
        }
    }

    public void Close(EndReason reason)
    {
        (Reason, IsCloseRequested) = (reason, true);
        try
        {
            _close.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself.
        }
    }

    public void Dispose() => _close.Dispose();

    public override string ToString() => "[scrubbed]";
}
