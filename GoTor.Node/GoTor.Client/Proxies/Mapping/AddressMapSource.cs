namespace GoTor.Client.Proxies.Mapping;

/// <summary>Who asked for a mapping.</summary>
internal enum AddressMapSource
{
    /// <summary>A MapAddress line. Stays until the configuration changes.</summary>
    Torrc,

    /// <summary>MAPADDRESS of a controller. Stays.</summary>
    Controller,

    /// <summary>A virtual address that was handed out for a name. Stays.</summary>
    Automap,

    /// <summary>TrackHostExits: an exit that a host has seen. Ends.</summary>
    TrackExit,

    /// <summary>An answer of an exit's resolver, for ports that ask for a cache. Ends.</summary>
    Dns,
}

/// <summary>Which mappings a rewrite may use.</summary>
[Flags]
internal enum AddressMapUse
{
    None = 0,
    MapAddress = 1,
    Automap = 2,
    TrackExit = 4,
    IPv4Answers = 8,
    IPv6Answers = 16,
}

/// <summary>The lists of GETINFO address-mappings/.</summary>
internal enum AddressMapList
{
    All,

    /// <summary>Those that end: answers and tracked exits.</summary>
    Cache,

    /// <summary>MapAddress lines.</summary>
    Config,

    /// <summary>Those of controllers, and virtual addresses.</summary>
    Control,
}

/// <summary>What kind of stand-in an application can use for a name.</summary>
internal enum VirtualAddressKind
{
    IPv4,
    IPv6,
    Hostname,
}
