using GoTor.Protocol.Wire;

namespace GoTor.Client.Streams;

/// <summary>
/// A byte stream through a circuit. One reader and one writer at a time, which may be different callers. A read of zero bytes means
/// that the other end has finished; a read into an empty buffer waits until there is something to read. Failures are
/// <see cref="IOException"/> around a <see cref="TorException"/>. A cancelled read loses nothing; of a cancelled write an unknown part
/// has been taken, as with a socket.
/// </summary>
internal abstract class TorStream : Stream
{
    /// <summary>The relay where the stream leaves the network; null where that is not known.</summary>
    public virtual RsaIdentity? Exit => null;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// Nothing more will be written: sends what is queued, then END. Completes when the END is on its way. Tor streams cannot be
    /// half-closed, so this ends the other direction too: what has arrived can still be read, what arrives later is dropped.
    /// </summary>
    public abstract ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends the stream at once and drops what was not sent yet. A pending read or write fails. Idempotent.</summary>
    public abstract void Abort();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        byte[] copy = new byte[buffer.Length];
        int read = ReadAsync(copy).AsTask().GetAwaiter().GetResult();
        copy.AsSpan(0, read).CopyTo(buffer);
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(ReadOnlySpan<byte> buffer) => WriteAsync(buffer.ToArray()).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Nothing to do: what is written is sent as soon as the windows allow.</summary>
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
