namespace GoTor.Protocol.Socks;

/// <summary>What an application speaks: a version of SOCKS, or something else that leads to the same requests.</summary>
internal enum SocksVersion : byte
{
    /// <summary>Nothing: the system redirected its connection.</summary>
    Transparent = 0,

    Socks4 = 4,
    Socks5 = 5,

    /// <summary>CONNECT of HTTP.</summary>
    Http = (byte)'H',

    Dns = (byte)'D',
}

/// <summary>What an application asks for. RFC 1928 §4, socks-extensions §2.</summary>
internal enum SocksCommand : byte
{
    Connect = 1,
    Bind = 2,
    UdpAssociate = 3,
    Resolve = 0xF0,
    ResolvePtr = 0xF1,
}

/// <summary>How the application named the destination.</summary>
internal enum SocksAddressType : byte
{
    IPv4 = 1,
    Name = 3,
    IPv6 = 4,
}

/// <summary>The REP field of a SOCKS5 reply. RFC 1928 §6; 0xF0 and above only with ExtendedErrors, proposal 304.</summary>
internal enum SocksReplyCode : byte
{
    Succeeded = 0x00,
    GeneralFailure = 0x01,
    NotAllowed = 0x02,
    NetworkUnreachable = 0x03,
    HostUnreachable = 0x04,
    ConnectionRefused = 0x05,
    TimeToLiveExpired = 0x06,
    CommandNotSupported = 0x07,
    AddressTypeNotSupported = 0x08,
    OnionDescriptorNotFound = 0xF0,
    OnionDescriptorInvalid = 0xF1,
    OnionIntroductionFailed = 0xF2,
    OnionRendezvousFailed = 0xF3,
    OnionClientAuthorizationMissing = 0xF4,
    OnionClientAuthorizationWrong = 0xF5,
    OnionAddressInvalid = 0xF6,
    OnionIntroductionTimedOut = 0xF7,
}

/// <summary>Why a handshake was refused.</summary>
internal enum SocksRefusal
{
    /// <summary>Not SOCKS at all.</summary>
    UnknownProtocol,

    /// <summary>A browser that takes the port for an HTTP proxy.</summary>
    Http,

    /// <summary>A message that breaks the grammar, or is longer than any can be.</summary>
    Malformed,

    /// <summary>Neither "no authentication" nor "username and password" was offered.</summary>
    NoAcceptableMethod,

    /// <summary>A user name of the reserved form that asks for something we do not have. Proposal 351.</summary>
    UnknownExtension,

    UnsupportedCommand,

    /// <summary>A destination that is neither an address nor a host name, or not of the kind that the command takes.</summary>
    BadDestination,

    /// <summary>SafeSocks is set and the application gave an address, so it may have looked the name up outside Tor.</summary>
    UnsafeSocks,
}
