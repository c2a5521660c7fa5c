using GoTor.Client.Streams;

namespace GoTor.Client.Circuits;

/// <summary>A stream that gives its circuit back to the manager when it is closed.</summary>
internal sealed class LeasedStream(TorStream inner, CircuitLease lease) : TorStream
{
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => inner.CompleteWritesAsync(cancellationToken);

    public override void Abort() => inner.Abort();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await inner.DisposeAsync();
        }
        finally
        {
            lease.Dispose();
            await base.DisposeAsync();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            lease.Dispose();
        }

        base.Dispose(disposing);
    }
}
