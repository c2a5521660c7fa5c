namespace GoTor.Protocol.Paths.Guards;

/// <summary>How badly a guard does.</summary>
internal enum PathBiasLevel
{
    Fine,

    /// <summary>Worse than usual: most likely it or the network is overloaded.</summary>
    Notice,
    Warning,

    /// <summary>So bad that it may choose which of our circuits live.</summary>
    Extreme,
}

/// <summary>
/// How many circuits through one guard came to something. A guard can destroy, without being blamed for any one of them, those circuits
/// whose other relays are not its friends; what is left goes where it wants. It shows in the numbers. path-spec §7. One caller at a time.
/// </summary>
internal sealed class PathBias
{
    private PathBiasLevel _said;
    private PathBiasLevel _saidOfUse;

    /// <summary>Circuits that the guard has answered. Fractions come from scaling down, as in C tor's state file.</summary>
    public double CircuitAttempts { get; set; }

    /// <summary>Those of them that stood in the end.</summary>
    public double CircuitSuccesses { get; set; }

    /// <summary>Circuits that carried streams, or broke when they should have.</summary>
    public double UseAttempts { get; set; }

    /// <summary>Those of them whose exit was heard.</summary>
    public double UseSuccesses { get; set; }

    /// <summary>The guard's part of a circuit stands, the next hop is asked for.</summary>
    /// <returns>What has become worth saying; a level is said once.</returns>
    public PathBiasLevel NoteAttempt(PathBiasParameters parameters)
    {
        if (++CircuitAttempts > parameters.ScaleCircuits)
            (CircuitAttempts, CircuitSuccesses) = (CircuitAttempts * parameters.ScaleFactor, CircuitSuccesses * parameters.ScaleFactor);
        // The one that has just begun has not failed yet.
        return CircuitAttempts <= parameters.MinCircuits
            ? PathBiasLevel.Fine
            : Once(ref _said, Level(CircuitSuccesses / (CircuitAttempts - 1), parameters.NoticeRate, parameters.WarnRate, parameters.ExtremeRate));
    }

    /// <summary>All its hops stand.</summary>
    public void NoteSuccess() => CircuitSuccesses = Math.Min(CircuitSuccesses + 1, CircuitAttempts);

    /// <summary>A circuit that was to carry streams has shown whether it does. Said once for each circuit.</summary>
    /// <returns>As <see cref="NoteAttempt"/>.</returns>
    public PathBiasLevel NoteUse(bool worked, PathBiasParameters parameters)
    {
        UseAttempts++;
        if (worked)
            UseSuccesses++;
        if (UseAttempts > parameters.ScaleUses)
            (UseAttempts, UseSuccesses) = (UseAttempts * parameters.ScaleFactor, UseSuccesses * parameters.ScaleFactor);
        return UseAttempts <= parameters.MinUses
            ? PathBiasLevel.Fine
            : Once(ref _saidOfUse, Level(UseSuccesses / UseAttempts, parameters.NoticeUseRate, 0, parameters.ExtremeUseRate));
    }

    private static PathBiasLevel Level(double rate, double notice, double warn, double extreme) =>
        rate < extreme ? PathBiasLevel.Extreme
        : rate < warn ? PathBiasLevel.Warning
        : rate < notice ? PathBiasLevel.Notice
        : PathBiasLevel.Fine;

    private static PathBiasLevel Once(ref PathBiasLevel said, PathBiasLevel level)
    {
        if (level <= said)
            return PathBiasLevel.Fine;
        said = level;
        return level;
    }
}
