using System.Collections.Concurrent;
using GoTor.Protocol.Circuits;

namespace GoTor.Client.Circuits;

/// <summary>What has happened to a circuit.</summary>
internal enum CircuitChange
{
    Launched,
    Extended,
    Built,
    Failed,
    Closed,
    PurposeChanged,
}

/// <summary>Every circuit that is being built or stands, for observers. Costs a few words per circuit and nothing per cell. Safe for concurrent use.</summary>
internal sealed class CircuitRegistry(TimeProvider time)
{
    private static long _lastNumber;

    private readonly ConcurrentDictionary<long, CircuitRecord> _records = new();

    /// <summary>Raised on the thread that made the change. Handlers are quick and do not throw.</summary>
    public event Action<CircuitRecord, CircuitChange>? Changed;

    /// <summary>The circuits at this moment, the oldest first.</summary>
    public IReadOnlyList<CircuitRecord> Current => [.. _records.Values.OrderBy(record => record.Number)];

    public CircuitRecord? Find(long number) => _records.GetValueOrDefault(number);

    /// <summary>Gives it a number, by which it can be found before it is launched. Unique in this process, and unrelated to anything on the wire.</summary>
    public void Reserve(CircuitRecord record)
    {
        if (record.Number != 0)
            return;
        record.Begin(Interlocked.Increment(ref _lastNumber), time.GetUtcNow());
        _records[record.Number] = record;
    }

    public void Launched(CircuitRecord record, IReadOnlyList<HopTarget> path)
    {
        Reserve(record);
        record.Path = path;
        Changed?.Invoke(record, CircuitChange.Launched);
    }

    public void Extended(CircuitRecord record, int hops)
    {
        record.HopsBuilt = hops;
        record.Progress = CircuitProgress.Extended;
        Changed?.Invoke(record, CircuitChange.Extended);
    }

    public void Built(CircuitRecord record)
    {
        record.Progress = CircuitProgress.Built;
        Changed?.Invoke(record, CircuitChange.Built);
    }

    public void SetPurpose(CircuitRecord record, CircuitPurpose purpose)
    {
        if (record.Purpose == purpose)
            return;
        record.OldPurpose = record.Purpose;
        record.Purpose = purpose;
        Changed?.Invoke(record, CircuitChange.PurposeChanged);
    }

    /// <summary>It will never stand.</summary>
    public void Failed(CircuitRecord record, CircuitEnd end) => Finish(record, end, CircuitProgress.Failed, CircuitChange.Failed);

    /// <summary>It stood.</summary>
    public void Ended(CircuitRecord record, CircuitEnd end) => Finish(record, end, CircuitProgress.Closed, CircuitChange.Closed);

    private void Finish(CircuitRecord record, CircuitEnd end, CircuitProgress progress, CircuitChange change)
    {
        if (!_records.TryRemove(record.Number, out _))
            return;
        record.End = end;
        record.Progress = progress;
        Changed?.Invoke(record, change);
    }
}
