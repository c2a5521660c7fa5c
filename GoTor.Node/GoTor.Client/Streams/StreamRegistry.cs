using System.Collections.Concurrent;
using GoTor.Protocol.Cells.Relay;

namespace GoTor.Client.Streams;

/// <summary>Every stream and lookup of applications, for observers. Costs a few words per stream and nothing per cell. Safe for concurrent use.</summary>
internal sealed class StreamRegistry
{
    private readonly ConcurrentDictionary<long, StreamRecord> _records = new();
    private long _lastNumber;
    private int _nymEpoch;

    /// <summary>Raised on the thread that made the change. Handlers are quick and do not throw.</summary>
    public event Action<StreamRecord>? Changed;

    /// <summary>The streams at this moment, the oldest first.</summary>
    public IReadOnlyList<StreamRecord> Current => [.. _records.Values.OrderBy(record => record.Number)];

    /// <summary>A NEWNYM has been done: streams from now on are told apart from those before.</summary>
    public void NextNymEpoch() => Interlocked.Increment(ref _nymEpoch);

    public StreamRecord? Find(long number) => _records.GetValueOrDefault(number);

    public StreamRecord Add(StreamRequest request, bool isResolve, bool isReverse = false)
    {
        StreamRecord record = new(Interlocked.Increment(ref _lastNumber), request, isResolve) { IsReverse = isReverse, NymEpoch = Volatile.Read(ref _nymEpoch) };
        _records[record.Number] = record;
        Changed?.Invoke(record);
        return record;
    }

    public void Note(StreamRecord record, StreamProgress progress)
    {
        record.Progress = progress;
        Changed?.Invoke(record);
    }

    /// <summary>It goes to another circuit.</summary>
    public void Detached(StreamRecord record, EndReason reason, bool isRemote)
    {
        (record.Reason, record.IsRemoteReason) = (reason, isRemote);
        Note(record, StreamProgress.Detached);
        record.Circuit = 0;
    }

    public void Failed(StreamRecord record, EndReason reason, bool isRemote)
    {
        (record.Reason, record.IsRemoteReason) = (record.IsCloseRequested ? record.Reason : reason, isRemote);
        Note(record, StreamProgress.Failed);
    }

    public void Closed(StreamRecord record)
    {
        if (!_records.TryRemove(record.Number, out _))
            return;
        record.Reason ??= EndReason.Done;
        Note(record, StreamProgress.Closed);
        record.Dispose();
    }
}
