using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Paths;

/// <summary>
/// How long a circuit of three hops may take, learned from how long circuits took. path-spec §2.4, C tor's circuitstats.c.
/// A circuit that exceeds <see cref="Timeout"/> is not used, but goes on being built until <see cref="CloseAfter"/> so that its time is
/// learned too: else only fast circuits would count. One caller at a time.
/// </summary>
internal sealed class BuildTimeout
{
    private const double MaxDoubled = int.MaxValue / 2;
    private readonly BuildTimeHistory _history = new();
    private BuildTimeoutParameters _parameters;
    private bool[] _recentTimeouts; // Circuits that got past the first hop, as a ring.
    private int _nextRecent;
    private double _timeout; // Milliseconds.
    private double _close;
    private DateTimeOffset _lastLive = DateTimeOffset.MinValue;
    private DateTimeOffset? _lastLaunch;
    private bool _isOffline;

    public BuildTimeout(BuildTimeoutParameters parameters)
    {
        _parameters = parameters;
        _recentTimeouts = new bool[parameters.RecentCircuits];
        UseInitial();
    }

    /// <summary>When a circuit is given up for use. Longer paths get longer: see <see cref="ForHops"/>.</summary>
    public TimeSpan Timeout => TimeSpan.FromMilliseconds(_timeout);

    /// <summary>When a circuit that was given up for use is closed.</summary>
    public TimeSpan CloseAfter => TimeSpan.FromMilliseconds(_close);

    /// <summary>The timeout has been computed from build times.</summary>
    public bool IsComputed { get; private set; }

    /// <summary>How many build times are known, at most 1000.</summary>
    public int Count => _history.Count;

    /// <summary>The part of known circuits that the timeout gives up, for the control port and metrics.</summary>
    public double TimeoutRate => _history.RateAbove(_timeout);

    /// <summary>The part that was closed before it was built.</summary>
    public double CloseRate => _history.RateAbove(BuildTimeHistory.Abandoned);

    /// <summary>The distribution behind the timeout; null while it is not known.</summary>
    public ParetoFit? Fit { get; private set; }

    /// <summary>The timeout for another number of hops. Each hop costs a round trip over all before it: 1+2+3 for three of them.</summary>
    public TimeSpan ForHops(int hops) => hops <= 3 ? Timeout : Timeout * (hops * (hops + 1) / 2 / 6.0);

    /// <summary>Goes by a new consensus or new options.</summary>
    public void Configure(BuildTimeoutParameters parameters)
    {
        BuildTimeoutParameters old = _parameters;
        _parameters = parameters;
        if (parameters.RecentCircuits != _recentTimeouts.Length)
        {
            Array.Resize(ref _recentTimeouts, parameters.RecentCircuits);
            _nextRecent %= parameters.RecentCircuits;
        }

        if (!parameters.IsLearning || !old.IsLearning || (!IsComputed && parameters.InitialTimeout != old.InitialTimeout))
            UseInitial();
        Compute();
    }

    /// <summary>A circuit was launched, so none is needed for testing for a while.</summary>
    public void NoteLaunched(DateTimeOffset now) => _lastLaunch = now;

    /// <summary>A cell arrived: the network is live. Called for every cell.</summary>
    public void NoteNetworkLive(DateTimeOffset now)
    {
        _lastLive = now;
        _isOffline = false;
    }

    /// <summary>A circuit's third hop stands. Say it once for each circuit, however many hops follow and whether or not it timed out.</summary>
    /// <param name="hadTimedOut"><see cref="NoteTimeout"/> was called for it.</param>
    /// <returns>False when the time makes no sense, as after a suspend, and was not learned.</returns>
    public bool NoteBuilt(TimeSpan took, bool hadTimedOut)
    {
        if (!_parameters.IsLearning)
            return true;
        double milliseconds = took.TotalMilliseconds;
        if (milliseconds < 0 || milliseconds > (2 * _close) + 1000)
            return false;
        if (!_isOffline)
        {
            _history.Add((int)milliseconds);
            Compute();
        }

        if (!hadTimedOut)
            NoteRecent(timedOut: false);
        return true;
    }

    /// <summary>A circuit exceeded <see cref="Timeout"/>.</summary>
    /// <returns>True when so many did that the network must have changed, and all that was learned is forgotten.</returns>
    public bool NoteTimeout(bool firstHopStands)
    {
        if (!_parameters.IsLearning)
            return false;
        if (firstHopStands)
            NoteRecent(timedOut: true);
        if (_recentTimeouts.Count(timedOut => timedOut) < _parameters.MaxRecentTimeouts)
            return false;
        _history.Clear();
        Array.Clear(_recentTimeouts);
        _nextRecent = 0;
        IsComputed = false;
        Fit = null;
        // It has happened before: give very slow networks a chance.
        if (_timeout < _parameters.InitialTimeout.TotalMilliseconds)
            UseInitial();
        else if (_timeout <= MaxDoubled && _close <= MaxDoubled)
            (_timeout, _close) = (_timeout * 2, _close * 2);
        return true;
    }

    /// <summary>A circuit exceeded <see cref="CloseAfter"/> and is closed.</summary>
    /// <param name="launched">When it was. If nothing has arrived since, we are offline, and nothing is learned until something does.</param>
    public void NoteClosed(DateTimeOffset launched)
    {
        if (!_parameters.IsLearning)
            return;
        if (_lastLive < launched)
            _isOffline = true;
        if (_isOffline)
            return;
        _history.Add(BuildTimeHistory.Abandoned);
        Compute();
    }

    /// <summary>A circuit should be built only to learn its time.</summary>
    public bool NeedsTestCircuit(int unusedCircuits, DateTimeOffset now) =>
        _parameters.IsLearning
        && _history.Count < _parameters.MinCircuits
        && unusedCircuits < _parameters.MaxOpenCircuits
        && !(now - _lastLaunch <= _parameters.TestInterval);

    /// <summary>Lines of C tor's state file.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Format() => _history.Format();

    /// <summary>Takes back what <see cref="Format"/> or C tor wrote. Other keys are ignored, and so is what makes no sense.</summary>
    public void Restore(IEnumerable<KeyValuePair<string, string>> lines, TorRandom random)
    {
        if (!_parameters.IsLearning)
            return;
        _history.Restore(lines, random);
        Compute();
    }

    private void UseInitial() => _timeout = _close = _parameters.InitialTimeout.TotalMilliseconds;

    private void NoteRecent(bool timedOut)
    {
        _recentTimeouts[_nextRecent] = timedOut;
        _nextRecent = (_nextRecent + 1) % _recentTimeouts.Length;
    }

    private void Compute()
    {
        if (!_parameters.IsLearning || _history.Count < _parameters.MinCircuits || _history.Fit(_parameters.Modes) is not { } fit)
            return;
        double longest = _history.Max();
        Fit = fit;
        // Beyond what was ever observed the curve is a guess.
        _timeout = Math.Max(Math.Min(fit.Quantile(_parameters.Quantile), longest), _parameters.MinTimeout.TotalMilliseconds);
        // A fast guard makes a curve so steep that hardly anything would be measured after the timeout.
        _close = Math.Max(Math.Min(fit.Quantile(_parameters.CloseQuantile), 2 * longest), _parameters.InitialTimeout.TotalMilliseconds);
        IsComputed = true;
    }
}
