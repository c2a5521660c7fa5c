using GoTor.Protocol.Network;

namespace GoTor.Client.Directory;

/// <summary>The newest network that the directory room vouches for. Safe for concurrent use.</summary>
internal interface INetworkSource
{
    /// <summary>Null until there is a verified, reasonably live consensus.</summary>
    NetworkSnapshot? Current { get; }

    /// <summary>Enough relays are usable to build circuits that do not stand out (PathsNeededToBuildCircuits).</summary>
    bool HasEnoughDirectoryInfo { get; }

    /// <summary>Raised after <see cref="Current"/> or <see cref="HasEnoughDirectoryInfo"/> changed. Handlers are quick and do not throw.</summary>
    event Action? Changed;
}
