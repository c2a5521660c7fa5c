using System.Threading.Channels;
using GoTor.Client.Streams;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Proxies;

/// <summary>A stream whose far end is the test.</summary>
internal sealed class FakeTorStream : TorStream
{
    private readonly Channel<byte[]> _toApplication = Channel.CreateUnbounded<byte[]>();
    private readonly MemoryStream _written = new();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _rest;

    /// <summary>The exit it goes through.</summary>
    public RsaIdentity? Through { get; init; }

    public override RsaIdentity? Exit => Through;

    /// <summary>Sends back whatever is written.</summary>
    public bool Echoes { get; init; }

    /// <summary>What was written is sent once this completes.</summary>
    public TaskCompletionSource? Sending { get; init; }

    /// <summary>Called once, when the proxy lets go of the stream.</summary>
    public Action? OnDisposed { get; set; }

    /// <summary>Completes when the proxy has let go of the stream.</summary>
    public Task Disposed => _disposed.Task;

    public byte[] Written
    {
        get
        {
            lock (_written)
                return _written.ToArray();
        }
    }

    public long WrittenLength
    {
        get
        {
            lock (_written)
                return _written.Length;
        }
    }

    public void Send(byte[] bytes) => _toApplication.Writer.TryWrite(bytes);

    /// <summary>The far end has finished, or with an exception, broke off.</summary>
    public void End(Exception? failure = null) => _toApplication.Writer.TryComplete(failure);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty)
        {
            try
            {
                if (!await _toApplication.Reader.WaitToReadAsync(cancellationToken))
                    return 0;
            }
            catch (ChannelClosedException e)
            {
                throw new IOException("The stream broke off.", e.InnerException);
            }

            if (buffer.IsEmpty)
                return 0;
            if (!_toApplication.Reader.TryRead(out byte[]? next))
                return 0;
            _rest = next;
        }

        int count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_disposed.Task.IsCompleted)
            throw new InvalidOperationException("Writing has ended.");
        lock (_written)
            _written.Write(buffer.Span);
        if (Echoes)
            Send(buffer.ToArray());
        return ValueTask.CompletedTask;
    }

    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) =>
        Sending is null ? ValueTask.CompletedTask : new ValueTask(Sending.Task.WaitAsync(cancellationToken));

    public override void Abort() => Dispose();

    protected override void Dispose(bool disposing)
    {
        _toApplication.Writer.TryComplete();
        if (!_disposed.Task.IsCompleted)
            OnDisposed?.Invoke();
        _disposed.TrySetResult();
        base.Dispose(disposing);
    }
}
