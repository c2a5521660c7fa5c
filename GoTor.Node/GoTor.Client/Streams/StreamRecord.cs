using System.Net;
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
    private TaskCompletionSource<long?> _attachment = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Unique in this process, and unrelated to anything on the wire.</summary>
    public long Number => number;

    /// <summary>What is asked for. A controller may change the destination before the exit is asked.</summary>
    public StreamRequest Request { get; set; } = request;

    public bool IsResolve => isResolve;

    public StreamProgress Progress { get; set; }

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

    /// <summary>The circuit that a controller chose; null leaves the choice to us.</summary>
    public Task<long?> Attachment => _attachment.Task;

    public void Attach(long? circuit) => _attachment.TrySetResult(circuit);

    /// <summary>The last choice has been used up.</summary>
    public void AwaitAttachment() => _attachment = new TaskCompletionSource<long?>(TaskCreationOptions.RunContinuationsAsynchronously);

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
