using System.Globalization;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>Which address families the exit may use. tor-spec §6.2.</summary>
[Flags]
internal enum BeginFlags : uint
{
    None = 0,
    IPv6Okay = 1,
    IPv4NotOkay = 2,
    IPv6Preferred = 4,
}

/// <summary>Opens a stream to a host, named or addressed, and a port.</summary>
/// <param name="Host">ASCII; an IPv6 address without brackets.</param>
/// <remarks>https://spec.torproject.org/tor-spec/opening-streams.html</remarks>
internal sealed record BeginMessage(string Host, ushort Port, BeginFlags Flags = BeginFlags.None) : IRelayMessage<BeginMessage>
{
    public static RelayCommand Command => RelayCommand.Begin;

    public static BeginMessage Decode(ref WireReader body)
    {
        string target = NulTerminated.Read(ref body);
        int colon = target.LastIndexOf(':');
        if (colon <= 0
            || !ushort.TryParse(target.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            || port == 0)
        {
            throw new MalformedMessageException("BEGIN does not name a host and a port.");
        }

        string host = target[..colon];
        if (host is ['[', .., ']'])
            host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            throw new MalformedMessageException("BEGIN has an IPv6 address without brackets.");
        if (host.Length == 0)
            throw new MalformedMessageException("BEGIN names no host.");
        // Flags are left out when there are none.
        BeginFlags flags = body.IsEmpty ? BeginFlags.None : (BeginFlags)body.ReadUInt32();
        return new BeginMessage(host, port, flags);
    }

    public void Encode(ref WireWriter body)
    {
        string target = Host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
        NulTerminated.Write(ref body, target);
        if (Flags != BeginFlags.None)
            body.WriteUInt32((uint)Flags);
    }

    public override string ToString() => "BEGIN [scrubbed]";
}
