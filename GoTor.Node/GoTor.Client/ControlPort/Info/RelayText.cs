using System.Globalization;
using System.Text;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.ControlPort.Info;

/// <summary>Relays in the words of the control protocol.</summary>
internal static class RelayText
{
    // Microdescriptor consensuses say nothing of when a descriptor was published; C tor prints this.
    private const string Published = "2038-01-01 00:00:00";

    /// <summary>What can be known of a relay without its microdescriptor: the flags in C tor's order.</summary>
    private static readonly (RelayFlags Flag, string Name)[] FlagNames =
    [
        (RelayFlags.Authority, " Authority"), (RelayFlags.BadExit, " BadExit"), (RelayFlags.Exit, " Exit"), (RelayFlags.Fast, " Fast"),
        (RelayFlags.Guard, " Guard"), (RelayFlags.HSDir, " HSDir"), (RelayFlags.MiddleOnly, " MiddleOnly"), (RelayFlags.Running, " Running"),
        (RelayFlags.Stable, " Stable"), (RelayFlags.StaleDesc, " StaleDesc"), (RelayFlags.V2Dir, " V2Dir"), (RelayFlags.Valid, " Valid"),
    ];

    /// <summary><c>$FINGERPRINT~nickname</c>, or the fingerprint alone where the network does not know it.</summary>
    public static string LongName(RsaIdentity identity, NetworkSnapshot? network) =>
        network?.Find(identity) is { } relay ? $"${identity}~{relay.Nickname}" : $"${identity}";

    /// <summary>A relay by fingerprint, by fingerprint and nickname, or by nickname.</summary>
    public static Relay? Find(NetworkSnapshot? network, string name)
    {
        if (network is null)
            return null;
        string text = name.StartsWith('$') ? name[1..] : name;
        int end = text.IndexOfAny(['~', '=']);
        if (RsaIdentity.TryParseHex(end < 0 ? text : text[..end], out RsaIdentity identity) && network.Find(identity) is { } known)
            return end < 0 || known.Nickname.Equals(text[(end + 1)..], StringComparison.OrdinalIgnoreCase) ? known : null;
        foreach (Relay relay in network.Relays)
        {
            if (relay.Nickname.Equals(name, StringComparison.OrdinalIgnoreCase) && !name.Equals("Unnamed", StringComparison.OrdinalIgnoreCase))
                return relay;
        }

        return null;
    }

    /// <summary>What GETINFO ns/… says of one relay: the lines of a network status.</summary>
    public static void AppendStatus(StringBuilder text, Relay relay)
    {
        text.Append("r ").Append(relay.Nickname).Append(' ');
        AppendBase64(text, relay.RsaIdentity.AsSpan());
        text.Append(' ');
        AppendBase64(text, relay.MicrodescriptorDigest.AsSpan()[..RsaIdentity.Length]);
        text.Append(' ').Append(Published).Append(' ').Append(relay.OrPort.Address).Append(' ').Append(relay.OrPort.Port).Append(" 0\n");
        if (relay.OrPortV6 is { } v6)
            text.Append("a ").Append(v6).Append('\n');
        text.Append('s');
        foreach ((RelayFlags flag, string name) in FlagNames)
        {
            if (relay.Has(flag))
                text.Append(name);
        }

        text.Append(CultureInfo.InvariantCulture, $"\nw Bandwidth={relay.Bandwidth}\n");
    }

    /// <summary>All relays of a network.</summary>
    public static string AllStatuses(NetworkSnapshot network)
    {
        StringBuilder text = new(network.Relays.Count * 200);
        foreach (Relay relay in network.Relays)
            AppendStatus(text, relay);
        return text.ToString();
    }

    private static void AppendBase64(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        Span<char> chars = stackalloc char[28];
        Convert.TryToBase64Chars(bytes, chars, out int length);
        text.Append(chars[..length].TrimEnd('='));
    }
}
