namespace GoTor.Protocol.Paths.Guards;

/// <summary>Which rules a sample follows. Each has a name of its own in the state file.</summary>
internal enum GuardSampleKind
{
    /// <summary>Sampled from all guards of the network: what nearly everyone uses.</summary>
    Default,

    /// <summary>Sampled from what the options allow, where that is so little that a sample of all might hold none of it.</summary>
    Restricted,
}

internal static class GuardSampleKinds
{
    public static string Name(this GuardSampleKind kind) => kind == GuardSampleKind.Restricted ? "restricted" : "default";
}
