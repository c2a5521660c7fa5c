namespace GoTor.Protocol.Socks;

/// <summary>A complete request of an application. Never logged: it says where somebody goes, and who.</summary>
internal sealed record SocksRequest
{
    public required SocksVersion Version { get; init; }

    public required SocksCommand Command { get; init; }

    public required SocksAddressType AddressType { get; init; }

    /// <summary>A name or an address in text, valid as a destination; an IPv6 address that came in binary is in brackets.</summary>
    public required string Host { get; init; }

    public required ushort Port { get; init; }

    /// <summary>One char per byte; null when it was empty or there was none.</summary>
    public string? Username { get; init; }

    /// <summary>One char per byte; null when it was empty or there was none.</summary>
    public string? Password { get; init; }

    /// <summary>The application knows only an address: it may have asked a resolver outside Tor for it.</summary>
    public bool IsUnsafe => AddressType != SocksAddressType.Name && Command != SocksCommand.ResolvePtr;

    public override string ToString() => "[scrubbed]";
}
