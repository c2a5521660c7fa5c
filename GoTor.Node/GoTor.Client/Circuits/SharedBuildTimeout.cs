using GoTor.Client.Storage;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Paths;

namespace GoTor.Client.Circuits;

/// <summary>What has been learned of build times, at one moment.</summary>
internal sealed record BuildTimeoutView(TimeSpan Timeout, TimeSpan CloseAfter, bool IsComputed, int Count, ParetoFit? Fit, double TimeoutRate, double CloseRate);

/// <summary>The learned build timeout for all circuits at once, kept over restarts in C tor's state lines. Safe for concurrent use.</summary>
internal sealed class SharedBuildTimeout
{
    private static readonly string[] StateKeys = ["TotalBuildTimes", "CircuitBuildAbandonedCount", "CircuitBuildTimeBin"];

    private readonly Lock _lock = new();
    private BuildTimeoutParameters _parameters;
    private BuildTimeout _timeout;
    private readonly StateFile _state;
    private readonly TimeProvider _time;

    public SharedBuildTimeout(BuildTimeoutParameters parameters, StateFile state, TimeProvider time, TorRandom random)
    {
        (_parameters, _timeout, _state, _time) = (parameters, new BuildTimeout(parameters), state, time);
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

    /// <summary>The timeout was computed anew, or thrown away. Raised under no lock; handlers are quick and do not throw.</summary>
    public event Action<BuildTimeoutView>? Changed;

    public BuildTimeoutView View
    {
        get
        {
            lock (_lock)
                return new BuildTimeoutView(_timeout.Timeout, _timeout.CloseAfter, _timeout.IsComputed, _timeout.Count, _timeout.Fit, _timeout.TimeoutRate, _timeout.CloseRate);
        }
    }

    public void Configure(BuildTimeoutParameters parameters)
    {
        lock (_lock)
        {
            _parameters = parameters;
            _timeout.Configure(parameters);
        }
    }

    /// <summary>Forgets every build time and starts to learn again (DROPTIMEOUTS).</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _timeout = new BuildTimeout(_parameters);
            Save();
        }

        Changed?.Invoke(View);
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
        TimeSpan before;
        TimeSpan after;
        lock (_lock)
        {
            before = _timeout.Timeout;
            _timeout.NoteBuilt(took, hadTimedOut);
            after = _timeout.Timeout;
            Save();
        }

        if (before != after && Changed is { } changed)
            changed(View);
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
