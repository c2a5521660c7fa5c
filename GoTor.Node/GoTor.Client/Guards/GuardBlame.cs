namespace GoTor.Client.Guards;

/// <summary>Whose fault a failure was, as far as the guard is concerned.</summary>
internal enum GuardBlame
{
    /// <summary>The guard's: no connection, a wrong identity, no answer to our CREATE. It is not tried for a while.</summary>
    Guard,

    /// <summary>The guard works, but did not serve directory documents as it should. It is not asked for any for a while.</summary>
    DirectoryService,
}
