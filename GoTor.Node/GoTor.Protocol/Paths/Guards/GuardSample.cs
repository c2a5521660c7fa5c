using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>
/// The guards that we would ever use, and which of them we prefer: guard-spec's SAMPLED, FILTERED, CONFIRMED and PRIMARY sets. The sample
/// is kept for months, so that nobody can make us try every guard of the network. One caller at a time.
/// </summary>
internal sealed class GuardSample(GuardSampleKind kind, TorRandom random, string sampledBy)
{
    private readonly List<Guard> _sampled = []; // By sampling order.
    private List<Guard> _confirmed = []; // By sampling order too: proposal 310.
    private List<Guard> _primary = [];
    private int _nextSampledIndex;
    private bool _primaryIsUpToDate;

    public GuardSampleKind Kind => kind;

    /// <summary>Something that is saved has changed since this was last set to false.</summary>
    public bool IsDirty { get; set; }

    /// <summary>In the order of preference.</summary>
    public IReadOnlyList<Guard> Sampled => _sampled;

    public IReadOnlyList<Guard> Confirmed => _confirmed;

    /// <summary>Null until the first network is known.</summary>
    public GuardContext? Context { get; private set; }

    public Guard? Find(RsaIdentity identity) => _sampled.Find(guard => guard.RsaIdentity == identity);

    /// <summary>Takes back guards from a state file, before the first <see cref="Update"/>. A second line about one relay is dropped.</summary>
    public void Restore(IEnumerable<Guard> guards)
    {
        foreach (Guard guard in guards.OrderBy(guard => guard.SampledIndex))
        {
            if (Find(guard.RsaIdentity) is null)
                _sampled.Add(guard);
        }

        _nextSampledIndex = _sampled.Count;
        for (int i = 0; i < _sampled.Count; i++)
            _sampled[i].SampledIndex = i;
        RebuildConfirmed();
    }

    /// <summary>Goes by a new network or new options: who is listed, who is too old, whom the options allow, whom we prefer.</summary>
    public void Update(GuardContext context, DateTimeOffset now)
    {
        Context = context;
        foreach (Guard guard in _sampled)
            guard.Relay = context.Network.Find(guard.RsaIdentity);
        if (context.IsReasonablyLive(now))
        {
            UpdateListed(now);
            Prune(now);
        }

        foreach (Guard guard in _sampled)
            UpdateFiltered(guard, now);
        RebuildConfirmed();
        _primaryIsUpToDate = false;
        UpdatePrimary(now);
    }

    /// <summary>The guards that we use if at all possible, best first.</summary>
    public IReadOnlyList<Guard> Primary(DateTimeOffset now)
    {
        if (!_primaryIsUpToDate)
            UpdatePrimary(now);
        return _primary;
    }

    /// <summary>Forgets everyone.</summary>
    public void Clear()
    {
        _sampled.Clear();
        _primary = [];
        RebuildConfirmed();
        _primaryIsUpToDate = false;
        IsDirty = true;
    }

    /// <summary>Counts members that may be used and are not believed down.</summary>
    public int CountUsable(DateTimeOffset now)
    {
        ConsiderRetries(now);
        return _sampled.Count(guard => guard.IsUsable);
    }

    public void ConsiderRetries(DateTimeOffset now)
    {
        foreach (Guard guard in _sampled)
            guard.ConsiderRetry(now);
    }

    /// <summary>Adds guards until enough of the sample may be used, within its maximum.</summary>
    public void Expand(DateTimeOffset now)
    {
        if (Context is not { } context || !context.IsReasonablyLive(now))
            return;
        int usable = CountUsable(now);
        if (usable >= context.Parameters.MinFilteredSampleSize)
            return;
        List<Relay> guards = [.. context.Network.Relays.Where(IsEligible)];
        int max = MaxSize(guards.Count);
        HashSet<RsaIdentity> members = [.. _sampled.Select(guard => guard.RsaIdentity)];
        RelayTable table = RelayTable.Build(guards, context.Network.Weights, PathPosition.Guard);
        while (usable < context.Parameters.MinFilteredSampleSize && _sampled.Count < max)
        {
            if (table.Draw(random, relay => !members.Contains(relay.RsaIdentity)) is not { } relay)
                return;
            members.Add(relay.RsaIdentity);
            if (Add(relay, now).IsUsable)
                usable++;
        }
    }

    /// <summary>Remembers that we have used it with success, so that we keep it for as long as guards are kept.</summary>
    public void Confirm(Guard guard, DateTimeOffset now)
    {
        if (guard.IsConfirmed || Context is not { } context)
            return;
        guard.ConfirmedOn = InThePast(now, context.Parameters.DateNoise);
        guard.ConfirmedIndex = _confirmed.Count;
        RebuildConfirmed();
        _primaryIsUpToDate = false;
        IsDirty = true;
    }

    /// <summary>Confirmed guards come before others, earlier samples before later ones.</summary>
    public static bool IsPreferred(Guard guard, Guard other) =>
        guard.IsConfirmed == other.IsConfirmed ? guard.SampledIndex < other.SampledIndex : guard.IsConfirmed;

    /// <summary>The lines of the state file, with dense sampling orders.</summary>
    public IEnumerable<string> Format() => _sampled.Select((guard, index) => GuardLine.Format(guard, kind.Name(), index));

    // C tor and the specification count guards here, not their bandwidth.
    private int MaxSize(int guards)
    {
        GuardParameters parameters = Context!.Parameters;
        return Math.Max(parameters.MinFilteredSampleSize, Math.Min(parameters.MaxSampleSize, (int)(guards * parameters.MaxSampleThreshold)));
    }

    private bool IsEligible(Relay relay) =>
        GuardContext.IsPossibleGuard(relay) && (kind != GuardSampleKind.Restricted || Context!.Constraints.AllowsAsFirstHop(relay));

    private Guard Add(Relay relay, DateTimeOffset now)
    {
        Guard guard = new()
        {
            RsaIdentity = relay.RsaIdentity,
            Nickname = relay.Nickname,
            SampledOn = InThePast(now, Context!.Parameters.DateNoise),
            SampledIndex = _nextSampledIndex++,
            SampledBy = sampledBy,
            Relay = relay,
        };
        _sampled.Add(guard);
        UpdateFiltered(guard, now);
        IsDirty = true;
        return guard;
    }

    private void UpdateListed(DateTimeOffset now)
    {
        foreach (Guard guard in _sampled)
        {
            bool listed = guard.Relay is { } relay && GuardContext.IsPossibleGuard(relay);
            if (listed == guard.IsListed && listed == (guard.UnlistedSince is null))
                continue;
            guard.IsListed = listed;
            guard.UnlistedSince = listed ? null : InThePast(now, Context!.Parameters.UnlistedDateNoise);
            IsDirty = true;
        }
    }

    private void Prune(DateTimeOffset now)
    {
        GuardParameters parameters = Context!.Parameters;
        int removed = _sampled.RemoveAll(guard =>
            guard.UnlistedSince < now - parameters.RemoveUnlistedAfter
            || (guard.ConfirmedOn is { } confirmedOn
                ? confirmedOn < now - parameters.ConfirmedLifetime
                : guard.SampledOn < now - parameters.Lifetime));
        if (removed == 0)
            return;
        _primary.RemoveAll(guard => !_sampled.Contains(guard));
        IsDirty = true;
    }

    private void UpdateFiltered(Guard guard, DateTimeOffset now)
    {
        bool filtered = guard.IsListed && guard.Relay is { } relay && Context!.Constraints.AllowsAsFirstHop(relay);
        if (filtered != guard.IsFiltered)
            _primaryIsUpToDate = false;
        guard.IsFiltered = filtered;
        guard.ConsiderRetry(now);
    }

    private void RebuildConfirmed()
    {
        List<Guard> byConfirmation = [.. _sampled.Where(guard => guard.IsConfirmed).OrderBy(guard => guard.ConfirmedIndex)];
        for (int i = 0; i < byConfirmation.Count; i++)
        {
            IsDirty |= byConfirmation[i].ConfirmedIndex != i;
            byConfirmation[i].ConfirmedIndex = i;
        }

        _confirmed = [.. byConfirmation.OrderBy(guard => guard.SampledIndex)];
    }

    // Confirmed guards first, then those that are primary already, then the sample; the order among them stays that of sampling.
    private void UpdatePrimary(DateTimeOffset now)
    {
        _primaryIsUpToDate = true;
        if (Context is not { } context)
            return;
        int wanted = context.Parameters.PrimaryGuards;
        List<Guard> chosen = [.. _confirmed.Where(guard => guard.IsFiltered).Take(wanted)];
        Fill(chosen, _primary.Where(guard => guard.IsFiltered), wanted);
        Expand(now);
        Fill(chosen, _sampled.Where(guard => guard.IsUsable), wanted);
        foreach (Guard guard in _primary)
            guard.IsPrimary = false;
        foreach (Guard guard in chosen)
        {
            guard.IsPrimary = true;
            guard.IsPending = false;
        }

        _primary = [.. chosen.OrderBy(guard => guard.SampledIndex)];
        _primaryIsUpToDate = true;
    }

    private static void Fill(List<Guard> chosen, IEnumerable<Guard> candidates, int wanted)
    {
        foreach (Guard guard in candidates)
        {
            if (chosen.Count >= wanted)
                return;
            if (!chosen.Contains(guard))
                chosen.Add(guard);
        }
    }

    // As the state file counts: whole seconds.
    private DateTimeOffset InThePast(DateTimeOffset now, TimeSpan atMost)
    {
        DateTimeOffset date = now - random.NextTimeSpan(TimeSpan.Zero, atMost);
        return DateTimeOffset.FromUnixTimeSeconds(date.ToUnixTimeSeconds());
    }
}
