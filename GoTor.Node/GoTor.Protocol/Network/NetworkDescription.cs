namespace GoTor.Protocol.Network;

/// <summary>
/// Everything by which a client of a private network differs from one of the public network: whom it trusts, where it begins, and how such a
/// network behaves. Who runs a network makes one; clients are made from it. Immutable.
/// </summary>
public sealed record NetworkDescription
{
    internal NetworkDescription(IReadOnlyList<DirectoryAuthority> authorities) => Authorities = authorities;

    /// <summary>Who signs its consensuses; clients that know nothing else begin here too.</summary>
    internal IReadOnlyList<DirectoryAuthority> Authorities { get; }

    /// <summary>Where clients may begin as well, so that authorities have less to do.</summary>
    internal IReadOnlyList<FallbackDirectory> Fallbacks { get; init; } = [];

    /// <summary>TestingTorNetwork: schedules are short, and those of onion services follow the consensus's interval.</summary>
    internal bool IsTesting { get; init; }

    /// <summary>Relays and destinations have addresses of loopback or a private range.</summary>
    internal bool IsPrivate { get; init; }

    /// <summary>Relays are spread over subnets, so that a path can avoid having two of one.</summary>
    internal bool HasDistinctSubnets { get; init; } = true;

    /// <summary>A description holds keys and addresses: nothing for a log.</summary>
    public override string ToString() => $"A network of {Authorities.Count} authorities";
}
