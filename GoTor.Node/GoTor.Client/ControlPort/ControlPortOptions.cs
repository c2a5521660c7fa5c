using GoTor.Client.Proxies;
using GoTor.Protocol.ControlPort;

namespace GoTor.Client.ControlPort;

/// <summary>Where controllers connect, and how they prove that they may. Immutable.</summary>
internal sealed record ControlPortOptions
{
    /// <summary>Only the place and the flags of unix sockets are used.</summary>
    public IReadOnlyList<SocksPortOptions> Listeners { get; init; } = [];

    /// <summary>Whoever can read this file may control us; null without CookieAuthentication.</summary>
    public string? CookieFile { get; init; }

    public bool CookieFileGroupReadable { get; init; }

    public IReadOnlyList<HashedPassword> Passwords { get; init; } = [];

    /// <summary>Where to write which ports are open (ControlPortWriteToFile).</summary>
    public string? PortFile { get; init; }

    public bool PortFileGroupReadable { get; init; }

    /// <summary>Without either, whoever can connect may control us.</summary>
    public bool NeedsProof => CookieFile is not null || Passwords.Count > 0;
}
