using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Sandbox.Relays;

/// <summary>A relay that another may be asked to extend to. Its address is one of loopback; nothing else can be made. Immutable.</summary>
internal sealed record RelayAddress
{
    /// <exception cref="ArgumentException">Not a loopback address: relays of a sandbox have no way out of this machine.</exception>
    public RelayAddress(RsaIdentity rsaIdentity, Ed25519Identity? ed25519Identity, IPEndPoint orPort)
    {
        if (!IPAddress.IsLoopback(orPort.Address))
            throw new ArgumentException("A sandbox reaches relays at loopback addresses only.", nameof(orPort));
        (RsaIdentity, Ed25519Identity, OrPort) = (rsaIdentity, ed25519Identity, orPort);
    }

    public RsaIdentity RsaIdentity { get; }

    /// <summary>Null where it is not known.</summary>
    public Ed25519Identity? Ed25519Identity { get; }

    public IPEndPoint OrPort { get; }

    public string? Nickname { get; init; }

    /// <summary>It runs outside of this process: it wants to know who connects, and may use the connection the other way too.</summary>
    public bool IsElsewhere { get; init; }
}
