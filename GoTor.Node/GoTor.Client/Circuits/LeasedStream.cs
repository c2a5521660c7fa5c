using System.Runtime.CompilerServices;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Circuits;

/// <summary>A stream that gives its circuit back to the manager when it is closed.</summary>
/// <param name="trace">Hears of the first byte and the end.</param>
/// <param name="record">Counts its bytes, and ends it when a controller wants that.</param>
internal sealed class LeasedStream(
    TorStream inner, CircuitLease lease, StreamTrace? trace, StreamRecord? record = null, StreamRegistry? registry = null) : TorStream
{
    private readonly CancellationTokenRegistration _closing = record?.Closing.Register(static stream => ((TorStream)stream!).Abort(), inner) ?? default;
    private bool _awaitsFirstByte = true;

    public override RsaIdentity? Exit => lease.Exit.RsaIdentity;

    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => inner.CompleteWritesAsync(cancellationToken);

    public override void Abort() => inner.Abort();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        trace is null || !_awaitsFirstByte || buffer.IsEmpty
            ? inner.ReadAsync(buffer, cancellationToken)
            : ReadFirstByteAsync(trace, buffer, cancellationToken);

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
            Release();
            await base.DisposeAsync();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            Release();
        }

        base.Dispose(disposing);
    }

    private void Release()
    {
        lease.Dispose();
        _closing.Dispose();
        if (record is not null && registry is not null)
        {
            if ((inner as CircuitStream)?.Failure is not null)
                record.Reason ??= Protocol.Cells.Relay.EndReason.Misc;
            registry.Closed(record);
        }

        if (trace is null)
            return;
        if ((inner as CircuitStream)?.Failure is { } failure)
            trace.Failed(failure.Kind.ToString());
        trace.End();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadFirstByteAsync(StreamTrace listener, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0)
            listener.FirstByte();
        _awaitsFirstByte = false;
        return count;
    }
}
