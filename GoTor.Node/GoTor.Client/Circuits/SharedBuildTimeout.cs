using GoTor.Client.Storage;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Paths;

namespace GoTor.Client.Circuits;

/// <summary>The learned build timeout for all circuits at once, kept over restarts in C tor's state lines. Safe for concurrent use.</summary>
internal sealed class SharedBuildTimeout
{
    private static readonly string[] StateKeys = ["TotalBuildTimes", "CircuitBuildAbandonedCount", "CircuitBuildTimeBin"];

    private readonly Lock _lock = new();
    private readonly BuildTimeout _timeout;
    private readonly StateFile _state;
    private readonly TimeProvider _time;

    public SharedBuildTimeout(BuildTimeoutParameters parameters, StateFile state, TimeProvider time, TorRandom random)
    {
        (_timeout, _state, _time) = (new BuildTimeout(parameters), state, time);
        _timeout.Restore(StateKeys.SelectMany(key => state.GetLines(key).Select(line => KeyValuePair.Create(key, line))), random);
    }

    /// <summary>A circuit is given up for use after this.</summary>
    public TimeSpan Timeout
    {
        get
        {
            lock (_lock)
                return _timeout.Timeout;
        }
    }

    /// <summary>A circuit that was given up for use is closed after this.</summary>
    public TimeSpan CloseAfter
    {
        get
        {
            lock (_lock)
                return _timeout.CloseAfter;
        }
    }

    public void Configure(BuildTimeoutParameters parameters)
    {
        lock (_lock)
            _timeout.Configure(parameters);
    }

    public void NoteLaunched()
    {
        lock (_lock)
            _timeout.NoteLaunched(_time.GetUtcNow());
    }

    /// <summary>A relay answered.</summary>
    public void NoteNetworkLive()
    {
        lock (_lock)
            _timeout.NoteNetworkLive(_time.GetUtcNow());
    }

    public void NoteBuilt(TimeSpan took, bool hadTimedOut)
    {
        lock (_lock)
        {
            _timeout.NoteBuilt(took, hadTimedOut);
            Save();
        }
    }

    public void NoteTimeout(bool firstHopStands)
    {
        lock (_lock)
            _timeout.NoteTimeout(firstHopStands);
    }

    public void NoteClosed(DateTimeOffset launched)
    {
        lock (_lock)
        {
            _timeout.NoteClosed(launched);
            Save();
        }
    }

    /// <summary>A circuit should be built only to learn how long it takes.</summary>
    public bool NeedsTestCircuit(int unusedCircuits)
    {
        lock (_lock)
            return _timeout.NeedsTestCircuit(unusedCircuits, _time.GetUtcNow());
    }

    private void Save()
    {
        ILookup<string, string> lines = _timeout.Format().ToLookup(line => line.Key, line => line.Value);
        foreach (string key in StateKeys)
            _state.SetLines(key, lines[key]);
    }
}
