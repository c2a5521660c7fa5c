namespace GoTor.Client.Guards;

/// <summary>Where guards outlive the process: the values of the <c>Guard</c> lines of C tor's state file. Implemented by the storage room.</summary>
internal interface IGuardStateStore
{
    /// <summary>Called once, before anything else. Lines that the storage cannot make sense of are none of ours.</summary>
    IReadOnlyList<string> LoadGuardLines();

    /// <summary>
    /// Replaces all lines. Called whenever they change, in order, never twice at once, and not while a lock is held that others wait for;
    /// the storage decides when they reach the disk. Does not throw.
    /// </summary>
    void SaveGuardLines(IReadOnlyList<string> lines);
}
