using GoTor.Protocol.Circuits;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Servers;

/// <summary>What the directory room wants from the guards. Safe for concurrent use; calls are quick.</summary>
internal interface IDirectoryGuards
{
    /// <summary>A guard for one request, or null when no guard is known or none may be tried now.</summary>
    /// <param name="avoid">Guards that lack what we want or failed before; chosen only when there is no other.</param>
    IDirectoryGuard? Pick(NetworkSnapshot network, IReadOnlySet<RsaIdentity> avoid);

    /// <summary>Some guard is known, even if none may be tried now: then nobody else is asked.</summary>
    bool AnyKnown(NetworkSnapshot network);

    /// <summary>A guard that user circuits would use first lacks its microdescriptor: without it, others would be used.</summary>
    bool LackDescriptors(NetworkSnapshot network);
}

/// <summary>A guard that was picked for one request. Exactly one of the methods is called, once, when that has ended.</summary>
internal interface IDirectoryGuard
{
    HopTarget Target { get; }

    /// <summary>It answered, whatever the answer.</summary>
    void Succeeded();

    /// <summary>No circuit to it came about.</summary>
    void Unreachable();

    /// <summary>It was reached, and served us badly.</summary>
    void ServedBadly();

    /// <summary>We gave the request up for reasons of our own.</summary>
    void Abandoned();
}
