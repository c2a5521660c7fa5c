using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells;

/// <summary>What one link specifier says. tor-spec §5.1.2.</summary>
internal enum LinkSpecifierType : byte
{
    IPv4 = 0,
    IPv6 = 1,
    RsaIdentity = 2,
    Ed25519Identity = 3,
}

/// <summary>One way to name a relay: an address or an identity. Unknown types are kept as bytes, since INTRODUCE2 passes them on.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html</remarks>
internal sealed record LinkSpecifier(LinkSpecifierType Type, ReadOnlyMemory<byte> Value)
{
    private const int PortLength = 2;

    public static LinkSpecifier For(IPEndPoint orPort)
    {
        byte[] address = orPort.Address.GetAddressBytes();
        var value = new byte[address.Length + PortLength];
        address.CopyTo(value, 0);
        value[^2] = (byte)(orPort.Port >> 8);
        value[^1] = (byte)orPort.Port;
        return new LinkSpecifier(address.Length == 4 ? LinkSpecifierType.IPv4 : LinkSpecifierType.IPv6, value);
    }

    public static LinkSpecifier For(RsaIdentity identity) => new(LinkSpecifierType.RsaIdentity, identity.AsSpan().ToArray());

    public static LinkSpecifier For(Ed25519Identity identity) => new(LinkSpecifierType.Ed25519Identity, identity.AsSpan().ToArray());

    /// <summary>
    /// All that is known of a relay, always in the order that every client uses: IPv4, RSA identity, Ed25519 identity, IPv6.
    /// At most one address of each family.
    /// </summary>
    public static IReadOnlyList<LinkSpecifier> ForRelay(
        IReadOnlyList<IPEndPoint> orPorts, RsaIdentity? rsaIdentity, Ed25519Identity? ed25519Identity)
    {
        var specifiers = new List<LinkSpecifier>(4);
        if (Find(orPorts, isV6: false) is { } v4)
            specifiers.Add(For(v4));
        if (rsaIdentity is { } rsa)
            specifiers.Add(For(rsa));
        if (ed25519Identity is { } ed)
            specifiers.Add(For(ed));
        if (Find(orPorts, isV6: true) is { } v6)
            specifiers.Add(For(v6));
        return specifiers;
    }

    /// <summary>The number of specifiers in one byte, then each of them.</summary>
    /// <exception cref="MalformedMessageException">It ends early, or a known type has a length that it cannot have.</exception>
    public static IReadOnlyList<LinkSpecifier> DecodeList(ref WireReader body)
    {
        int count = body.ReadByte();
        var specifiers = new List<LinkSpecifier>(Math.Min(count, 8));
        for (int i = 0; i < count; i++)
        {
            var type = (LinkSpecifierType)body.ReadByte();
            ReadOnlySpan<byte> value = body.ReadBytes(body.ReadByte());
            if (LengthOf(type) is { } length && length != value.Length)
                throw new MalformedMessageException($"A link specifier of type {(byte)type} has {length} bytes, not {value.Length}.");
            specifiers.Add(new LinkSpecifier(type, value.ToArray()));
        }

        return specifiers;
    }

    public static void EncodeList(IReadOnlyList<LinkSpecifier> specifiers, ref WireWriter body)
    {
        body.WriteByte(checked((byte)specifiers.Count));
        foreach (LinkSpecifier specifier in specifiers)
        {
            body.WriteByte((byte)specifier.Type);
            body.WriteByte(checked((byte)specifier.Value.Length));
            body.WriteBytes(specifier.Value.Span);
        }
    }

    /// <summary>The address and port, when this is one.</summary>
    public IPEndPoint? ToEndPoint()
    {
        if (Type is not (LinkSpecifierType.IPv4 or LinkSpecifierType.IPv6))
            return null;
        var reader = new WireReader(Value.Span);
        var address = new IPAddress(reader.ReadBytes(Value.Length - PortLength));
        return new IPEndPoint(address, reader.ReadUInt16());
    }

    public bool Equals(LinkSpecifier? other) => other is not null && Type == other.Type && Value.Span.SequenceEqual(other.Value.Span);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Type);
        hash.AddBytes(Value.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => $"{Type} [scrubbed]";

    private static IPEndPoint? Find(IReadOnlyList<IPEndPoint> orPorts, bool isV6)
    {
        foreach (IPEndPoint orPort in orPorts)
        {
            if (IsV6(orPort.Address) == isV6)
                return orPort;
        }

        return null;
    }

    private static bool IsV6(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int written) && written == bytes.Length;
    }

    private static int? LengthOf(LinkSpecifierType type) => type switch
    {
        LinkSpecifierType.IPv4 => 4 + PortLength,
        LinkSpecifierType.IPv6 => 16 + PortLength,
        LinkSpecifierType.RsaIdentity => RsaIdentity.Length,
        LinkSpecifierType.Ed25519Identity => Ed25519Identity.Length,
        _ => null,
    };
}
