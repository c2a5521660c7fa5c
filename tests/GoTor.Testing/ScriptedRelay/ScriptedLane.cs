using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>
/// A channel in memory with one circuit on it: the client's <see cref="ICircuitLink"/> on one side, a <see cref="ScriptedCircuit"/>
/// on the other, and a queue each way. The relay's side runs on the thread pool, one thread at a time, and hands over its cells in
/// batches as a channel's read loop does.
/// </summary>
internal sealed class ScriptedLane : ICircuitLink, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly ICircuitInbox _inbox;
    private readonly Queue<CellBuffer> _toRelay = new();
    private readonly Queue<(Action<ScriptedCircuit> Script, TaskCompletionSource Done)> _scripts = new();
    private readonly List<CellBuffer> _toClient = [];
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _running;
    private bool _held;
    private bool _wasFull;
    private bool _isClosed;
    private bool _channelIsClosed;

    public ScriptedLane(ScriptedHop first, Func<RsaIdentity, ScriptedHop?> find, TorRandom random, ICircuitInbox inbox, CircuitId id)
    {
        _inbox = inbox;
        Id = id;
        Circuit = new ScriptedCircuit(first, find, random, _toClient.Add);
    }

    public CircuitId Id { get; }

    /// <summary>Look at it from <see cref="DoAsync"/>, or when the lane is quiet.</summary>
    public ScriptedCircuit Circuit { get; }

    /// <summary>How many cells the client may queue before it is told to wait.</summary>
    public int Capacity { get; set; } = 128;

    /// <summary>The most that was ever queued from the client.</summary>
    public int MostQueued { get; private set; }

    /// <summary>Completes when the client has closed its end.</summary>
    public Task Closed => _closed.Task;

    public bool ClosedWithDestroy { get; private set; }

    public int CloseCalls { get; private set; }

    public bool IsWritable
    {
        get
        {
            lock (_gate)
            {
                bool writable = _toRelay.Count < Capacity;
                _wasFull |= !writable;
                return writable;
            }
        }
    }

    public void Send(CellBuffer cell)
    {
        lock (_gate)
        {
            if (_isClosed || _channelIsClosed)
            {
                cell.Dispose();
                return;
            }

            cell.CircuitId = Id;
            _toRelay.Enqueue(cell);
            MostQueued = Math.Max(MostQueued, _toRelay.Count);
        }

        Schedule();
    }

    public bool WasReportedSilent { get; private set; }

    public void ReportSilence() => WasReportedSilent = true;

    public void Close(bool destroyedByPeer)
    {
        lock (_gate)
        {
            CloseCalls++;
            if (_isClosed)
                return;
            _isClosed = true;
            ClosedWithDestroy = !destroyedByPeer;
            while (_toRelay.TryDequeue(out CellBuffer? cell))
                cell.Dispose();
        }

        _closed.TrySetResult();
    }

    /// <summary>Runs on the relay's side; completes when the client has been given what came of it.</summary>
    public Task DoAsync(Action<ScriptedCircuit> script)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _scripts.Enqueue((script, done));
        Schedule();
        return done.Task;
    }

    /// <summary>The relay stops reading, or goes on.</summary>
    public void Hold(bool hold)
    {
        lock (_gate)
            _held = hold;
        Schedule();
    }

    /// <summary>The channel breaks.</summary>
    public void BreakChannel(ChannelEnd end)
    {
        lock (_gate)
        {
            _channelIsClosed = true;
            while (_toRelay.TryDequeue(out CellBuffer? cell))
                cell.Dispose();
        }

        _inbox.ChannelClosed(end);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (TakeTurn())
        {
        }
    }

    private void Schedule()
    {
        lock (_gate)
        {
            if (_running)
                return;
            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool TakeTurn()
    {
        CellBuffer? cell = null;
        (Action<ScriptedCircuit> Script, TaskCompletionSource Done) script = default;
        lock (_gate)
        {
            if (!_scripts.TryDequeue(out script) && (_held || !_toRelay.TryDequeue(out cell)))
            {
                _running = false;
                return false;
            }
        }

        try
        {
            script.Script?.Invoke(Circuit);
            // As many as a read of a real relay may bring.
            for (int i = 0; cell is not null && i < 32; i++)
            {
                Circuit.Receive(cell);
                lock (_gate)
                    _toRelay.TryDequeue(out cell);
            }

            if (cell is not null)
                Circuit.Receive(cell);
            Circuit.SendWhatMaySend();
        }
        catch (Exception failure)
        {
            Circuit.Complaints.Add(failure.ToString());
        }

        Deliver();
        TellRoom();
        script.Done?.TrySetResult();
        return true;
    }

    private void Deliver()
    {
        if (_toClient.Count == 0)
            return;
        bool delivered = false;
        foreach (CellBuffer cell in _toClient)
        {
            bool open;
            lock (_gate)
                open = !_isClosed && !_channelIsClosed;
            if (open && _inbox.TryDeliver(cell))
            {
                delivered = true;
                continue;
            }

            cell.Dispose();
            if (open)
                Close(destroyedByPeer: false);
        }

        _toClient.Clear();
        if (delivered)
            _inbox.DeliveryPaused();
    }

    private void TellRoom()
    {
        lock (_gate)
        {
            if (!_wasFull || _toRelay.Count > Capacity / 2)
                return;
            _wasFull = false;
        }

        _inbox.ChannelWritable();
    }
}
