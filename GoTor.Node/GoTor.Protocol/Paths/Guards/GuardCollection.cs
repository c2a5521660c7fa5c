using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>
/// Every sample of guards that we have ever had, of which one is in use: a user who takes options back finds the guards of before.
/// One caller at a time.
/// </summary>
internal sealed class GuardCollection
{
    private readonly Dictionary<GuardSampleKind, GuardSelector> _selectors = [];
    private readonly List<string> _foreignLines = []; // Of samples that are none of ours, such as bridges.

    public GuardCollection(TorRandom random, string sampledBy)
    {
        foreach (GuardSampleKind kind in Enum.GetValues<GuardSampleKind>())
            _selectors[kind] = new GuardSelector(new GuardSample(kind, random, sampledBy), random);
    }

    /// <summary>The selector in use; null until the first network is known.</summary>
    public GuardSelector? Current { get; private set; }

    /// <summary>Takes back the lines of a state file. One that makes no sense costs only itself.</summary>
    /// <returns>How many guards were taken back, and how many lines were dropped.</returns>
    public (int Restored, int Dropped) Restore(IReadOnlyList<string> lines, DateTimeOffset now)
    {
        Dictionary<string, List<Guard>> bySample = [];
        int dropped = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            // Behind every guard that knows its place, in the order of the file.
            if (!GuardLine.TryParse(lines[i], now, int.MaxValue - lines.Count + i, out string sample, out Guard? guard))
                dropped++;
            else if (Find(sample) is null)
                _foreignLines.Add(lines[i]);
            else if (bySample.TryGetValue(sample, out List<Guard>? guards))
                guards.Add(guard!);
            else
                bySample[sample] = [guard!];
        }

        foreach ((string sample, List<Guard> guards) in bySample)
            Find(sample)!.Sample.Restore(guards);
        return (bySample.Values.Sum(guards => guards.Count), dropped);
    }

    /// <summary>Goes by a new network or new options, and decides which sample is in use.</summary>
    /// <param name="isExtreme">The options leave so few guards that the user stands out.</param>
    /// <returns>True when it is another than before.</returns>
    public bool Update(GuardContext context, DateTimeOffset now, out bool isExtreme)
    {
        GuardSampleChoice choice = GuardSampleChoice.For(context, Current?.Sample.Kind);
        isExtreme = choice.IsExtreme;
        GuardSelector next = _selectors[choice.Kind];
        next.Sample.Update(context, now);
        bool switched = next != Current;
        Current = next;
        return switched;
    }

    /// <summary>Settles attempts that wait, in every sample.</summary>
    public IReadOnlyList<GuardAttempt> Upgrade(DateTimeOffset now) => [.. _selectors.Values.SelectMany(selector => selector.Upgrade(now))];

    /// <summary>When <see cref="Upgrade"/> should be called though nothing else happens.</summary>
    public DateTimeOffset? NextUpgrade(DateTimeOffset now) => _selectors.Values.Min(selector => selector.NextUpgrade(now));

    /// <summary>The lines to save, when they have changed since the last call; else null.</summary>
    public IReadOnlyList<string>? TakeChanges()
    {
        bool isDirty = false;
        foreach (GuardSelector selector in _selectors.Values)
        {
            isDirty |= selector.Sample.IsDirty;
            selector.Sample.IsDirty = false;
        }

        return isDirty ? [.. _selectors.Values.SelectMany(selector => selector.Sample.Format()), .. _foreignLines] : null;
    }

    private GuardSelector? Find(string sample) => _selectors.Values.FirstOrDefault(selector => selector.Sample.Kind.Name() == sample);
}
