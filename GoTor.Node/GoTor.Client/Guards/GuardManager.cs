using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Paths.Guards;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Guards;

/// <summary>
/// Owns our guards: picks them, learns from what became of circuits through them, and has them saved. The rules are in
/// <see cref="GuardSelector"/>. Safe for concurrent use; holds its lock only for moments and never calls out under it.
/// </summary>
internal sealed class GuardManager : IDisposable
{
    // Timers have a longest time; looking too early does no harm.
    private static readonly TimeSpan MaxSleep = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Lock _saving = new(); // Taken before _lock, so that lines are saved in the order in which they changed.
    private readonly IGuardStateStore _store;
    private readonly TorRandom _random;
    private readonly TimeProvider _time;
    private readonly GuardMetrics _metrics;
    private readonly ILogger<GuardManager> _logger;
    private readonly ITimer _timer;
    private readonly GuardCollection _guards;
    private readonly Dictionary<GuardAttempt, GuardChoice> _waiting = [];
    private TorClientOptions _options;
    private PathConstraints _constraints;
    private NetworkSnapshot? _network;
    private PathSelector? _paths;
    private bool _hasWarned;

    /// <exception cref="TorException">A path option makes no sense.</exception>
    public GuardManager(
        TorClientOptions options, IGuardStateStore store, TorRandom random, TimeProvider time, GuardMetrics metrics, ILogger<GuardManager> logger)
    {
        _options = options;
        _constraints = ClientPathConstraints.Compile(options);
        _store = store;
        _random = random;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _timer = time.CreateTimer(_ => Settle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _guards = new GuardCollection(random, $"GoTor-{typeof(GuardManager).Assembly.GetName().Version?.ToString(3)}");
        (int restored, int dropped) = _guards.Restore(store.LoadGuardLines(), time.GetUtcNow());
        if (restored > 0)
            logger.Restored(restored);
        if (dropped > 0)
            logger.LinesDropped(dropped);
    }

    /// <summary>The path options, compiled.</summary>
    public PathConstraints Constraints => Volatile.Read(ref _constraints);

    /// <summary>What is known of our guards at this moment.</summary>
    public GuardCounts Counts => _metrics.Current;

    /// <summary>Raised when a guard was added, went up or down. Handlers are quick and do not throw.</summary>
    public event Action? Changed;

    /// <summary>The sample in use, in order of preference. Sensitive; for controllers only.</summary>
    public IReadOnlyList<GuardView> View
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. (_guards.Current?.Sample.Sampled ?? []).OrderBy(guard => guard.SampledIndex).Select(guard => new GuardView(
                        guard.RsaIdentity, guard.Nickname, guard.IsListed, guard.IsFiltered, guard.IsConfirmed, guard.Reachability, guard.FailingSince, guard.UnlistedSince)),
                ];
            }
        }
    }

    /// <summary>Forgets every guard of the sample in use, and chooses others (DROPGUARDS).</summary>
    public void DropAll()
    {
        lock (_lock)
            _guards.Current?.Sample.Clear();
        Update();
    }

    /// <summary>
    /// False while the guards that we would use have no microdescriptors yet: then others would be used in their place, so it is better to
    /// wait for the documents before building circuits.
    /// </summary>
    public bool HasGuardDescriptors
    {
        get
        {
            lock (_lock)
                return !_options.UseEntryGuards || _guards.Current?.LacksDescriptors(_time.GetUtcNow()) == false;
        }
    }

    /// <summary>The current network has guards that our options allow, whether or not one may be tried just now.</summary>
    public bool HasGuards
    {
        get
        {
            lock (_lock)
                return _guards.Current?.Sample.Sampled.Any(guard => guard.IsFiltered) == true;
        }
    }

    /// <summary>Goes by a new network.</summary>
    /// <returns>True when another sample of guards is used from now on, so that circuits through the old one should take no new streams.</returns>
    public bool OnNetworkChanged(NetworkSnapshot network)
    {
        Volatile.Write(ref _network, network);
        return Update();
    }

    /// <summary>Goes by new options.</summary>
    /// <returns>As <see cref="OnNetworkChanged"/>.</returns>
    /// <exception cref="TorException">A path option makes no sense; the old options stay in force.</exception>
    public bool OnOptionsChanged(TorClientOptions options)
    {
        PathConstraints constraints = ClientPathConstraints.Compile(options);
        lock (_lock)
        {
            _options = options;
            Volatile.Write(ref _constraints, constraints);
        }

        return Update();
    }

    /// <summary>Picks a first hop.</summary>
    /// <returns>Null when no guard may be used now: wait until <see cref="NextTry"/>, or for another network.</returns>
    public GuardChoice? Pick(GuardUsage usage, GuardRestriction restriction)
    {
        GuardChoice? choice;
        DateTimeOffset? nextTry = null;
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            choice = _options.UseEntryGuards ? PickGuard(usage, restriction, now) : PickAny(usage, restriction);
            if (choice is null)
                nextTry = _guards.Current?.NextTry(usage);
        }

        if (choice is null)
        {
            _metrics.Unavailable();
            _logger.NoneUsable(nextTry);
        }
        else
        {
            _metrics.Picked();
        }

        Settle();
        return choice;
    }

    /// <summary>The connection to the guard stands, and it is being asked for a circuit.</summary>
    public void ReportAsked(GuardChoice choice)
    {
        Note(choice, static (selector, attempt, now) => selector.NoteAsked(attempt, now));
    }

    /// <summary>The guard has answered.</summary>
    public void ReportAnswered(GuardChoice choice)
    {
        Note(choice, static (selector, attempt, _) => selector.NoteAnswered(attempt));
        if (choice.Usage == GuardUsage.Traffic)
            ReportBias(choice, (bias, parameters) => bias.NoteAttempt(parameters), isUse: false);
    }

    /// <summary>Every hop of the circuit stands, in time or late.</summary>
    public void ReportBuilt(GuardChoice choice) => ReportBias(choice, (bias, _) =>
    {
        bias.NoteSuccess();
        return PathBiasLevel.Fine;
    }, isUse: false);

    /// <summary>A circuit that was to carry streams has shown whether it does. Once for each circuit.</summary>
    public void ReportUse(GuardChoice choice, bool worked) => ReportBias(choice, (bias, parameters) => bias.NoteUse(worked, parameters), isUse: true);

    /// <summary>What was to be built through the guard stands.</summary>
    /// <returns>
    /// For <see cref="GuardVerdict.WaitForBetterGuard"/>, keep the circuit, use it for nothing and await <see cref="GuardChoice.WhenDecided"/>.
    /// </returns>
    public GuardVerdict ReportSuccess(GuardChoice choice)
    {
        GuardVerdict verdict = GuardVerdict.UsableNow;
        if (choice is { Selector: { } selector, Attempt: { } attempt })
        {
            lock (_lock)
            {
                verdict = selector.NoteSuccess(attempt, _time.GetUtcNow());
                if (verdict == GuardVerdict.WaitForBetterGuard)
                    _waiting[attempt] = choice;
            }
        }

        _metrics.Succeeded();
        if (verdict != GuardVerdict.WaitForBetterGuard)
            choice.Decide(verdict);
        Settle();
        // Nothing better may stand in the way any more.
        return choice.WhenDecided.IsCompletedSuccessfully ? choice.WhenDecided.Result : verdict;
    }

    /// <summary>It failed, and the guard is to blame.</summary>
    public void ReportFailure(GuardChoice choice, GuardBlame blame)
    {
        Note(choice, (selector, attempt, now) =>
        {
            if (blame == GuardBlame.Guard)
                selector.NoteFailure(attempt, now);
            else
                selector.NoteDirectoryFailure(attempt, now);
            _waiting.Remove(attempt);
        });
        _metrics.Failed();
        choice.Decide(GuardVerdict.Discard);
        Settle();
        _logger.Failed(blame, _metrics.Current.Active);
    }

    /// <summary>
    /// It ended for reasons that are not the guard's: we gave up, a later hop failed, we have no network, or it ended while it waited for a
    /// better guard. May be called at any time, also after another report.
    /// </summary>
    public void ReportAbandoned(GuardChoice choice)
    {
        Note(choice, (selector, attempt, now) =>
        {
            selector.NoteAbandoned(attempt, now);
            _waiting.Remove(attempt);
        });
        choice.Decide(GuardVerdict.Discard);
        Settle();
    }

    /// <summary>Something arrived from the network, so guards that fail from now on are really down.</summary>
    public void ReportNetworkActivity()
    {
        lock (_lock)
            _guards.Current?.NoteNetworkActivity(_time.GetUtcNow());
    }

    /// <summary>The earliest time at which a pick that found nothing may find something; null when only another network helps.</summary>
    public DateTimeOffset? NextTry(GuardUsage usage)
    {
        lock (_lock)
            return _guards.Current?.NextTry(usage);
    }

    public void Dispose() => _timer.Dispose();

    private bool Update()
    {
        bool switched;
        bool warn = false;
        string? sample = null;
        lock (_lock)
        {
            if (_network is not { } network)
                return false;
            _paths = new PathSelector(network, _constraints, _random);
            GuardContext context = new(network, _constraints, _options.NumEntryGuards);
            switched = _guards.Update(context, _time.GetUtcNow(), out bool isExtreme);
            if (switched)
                sample = _guards.Current!.Sample.Kind.Name();
            warn = isExtreme && !_hasWarned;
            _hasWarned |= isExtreme;
        }

        if (sample is not null)
            _logger.SampleChosen(sample);
        if (warn)
            _logger.ExtremelyRestricted();
        Settle();
        return switched;
    }

    private GuardChoice? PickGuard(GuardUsage usage, GuardRestriction restriction, DateTimeOffset now)
    {
        if (_guards.Current is not { } selector || selector.Pick(usage, restriction, now) is not { Guard.Relay: { } relay } attempt)
            return null;
        return new GuardChoice(relay, _constraints.DiallableOrPorts(relay), usage, selector, attempt);
    }

    private GuardChoice? PickAny(GuardUsage usage, GuardRestriction restriction)
    {
        RelayChoice? choice = usage == GuardUsage.Directory ? _paths?.ChooseDirectory(restriction) : _paths?.ChooseFirstHop(restriction);
        return choice?.Relay is { } relay ? new GuardChoice(relay, _constraints.DiallableOrPorts(relay), usage, null, null) : null;
    }

    // Without entry guards there is nothing to learn.
    private void Note(GuardChoice choice, Action<GuardSelector, GuardAttempt, DateTimeOffset> note)
    {
        if (choice is not { Selector: { } selector, Attempt: { } attempt })
            return;
        lock (_lock)
            note(selector, attempt, _time.GetUtcNow());
    }

    private void ReportBias(GuardChoice choice, Func<PathBias, PathBiasParameters, PathBiasLevel> note, bool isUse)
    {
        if (choice is not { Selector: { Sample: { Context: { } context } sample }, Attempt.Guard.Bias: { } bias })
            return;
        PathBiasLevel level;
        lock (_lock)
        {
            level = note(bias, context.Parameters.PathBias);
            sample.IsDirty = true;
        }

        Save();
        if (level != PathBiasLevel.Fine)
            _logger.Biased(level, isUse, bias);
    }

    // After every change: decide circuits that wait, count, save, and set the timer for when time alone decides.
    private void Settle()
    {
        List<(GuardChoice Choice, GuardVerdict Verdict)> decided = [];
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            foreach (GuardAttempt attempt in _guards.Upgrade(now))
            {
                if (_waiting.Remove(attempt, out GuardChoice? choice))
                    decided.Add((choice, attempt.State == GuardAttemptState.Complete ? GuardVerdict.UsableNow : GuardVerdict.Discard));
            }

            _metrics.Counted(Count(now));
            if (_guards.NextUpgrade(now) is { } next)
                _timer.Change(Shorter(next - now + TimeSpan.FromMilliseconds(1), MaxSleep), Timeout.InfiniteTimeSpan);
        }

        foreach ((GuardChoice choice, GuardVerdict verdict) in decided)
            choice.Decide(verdict);
        if (decided.Count > 0)
            _logger.WaitersDecided(decided.Count);
        Save();
        Changed?.Invoke();
    }

    private static TimeSpan Shorter(TimeSpan first, TimeSpan second) => first < second ? first : second;

    private GuardCounts Count(DateTimeOffset now)
    {
        if (_guards.Current is not { } selector)
            return new GuardCounts(0, 0, 0, 0);
        GuardSample sample = selector.Sample;
        int active = sample.Primary(now).Count(guard => guard.Reachability != GuardReachability.No);
        return new GuardCounts(active, sample.Confirmed.Count, sample.Sampled.Count, sample.CountUsable(now));
    }

    private void Save()
    {
        lock (_saving)
        {
            IReadOnlyList<string>? lines;
            lock (_lock)
                lines = _guards.TakeChanges();
            if (lines is not null)
                _store.SaveGuardLines(lines);
        }
    }
}
