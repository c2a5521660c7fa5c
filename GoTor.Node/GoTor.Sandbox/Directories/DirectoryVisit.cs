using GoTor.Sandbox.OnionServices;

namespace GoTor.Sandbox.Directories;

/// <summary>How somebody came to a directory, and what they find there. Immutable.</summary>
/// <param name="OnionServices">Null where no descriptors of onion services are kept.</param>
/// <param name="IsAnonymous">They came through other relays.</param>
/// <param name="Garbage">Documents are noise of the right length.</param>
internal sealed record DirectoryVisit(OnionServiceDirectory? OnionServices, bool IsAnonymous, bool Garbage)
{
    /// <summary>Over plain HTTP.</summary>
    public static DirectoryVisit InClear { get; } = new(null, IsAnonymous: false, Garbage: false);
}
