using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Node.Configuration;

/// <summary>Reads DirAuthority and FallbackDir lines. tor(1).</summary>
internal static class DirectoryLines
{
    /// <summary><c>[nickname] [flag|key=value]… address:dirport fingerprint</c>; the fingerprint may have spaces.</summary>
    public static bool TryParseAuthority(string value, [NotNullWhen(true)] out DirectoryAuthority? authority, [NotNullWhen(false)] out string? error)
    {
        authority = null;
        List<string> words = [.. value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];
        string nickname = "unnamed";
        if (words.Count > 0 && char.IsAsciiLetter(words[0][0]) && !words[0].Contains('=', StringComparison.Ordinal) && words[0] is not ("bridge" or "no-v2" or "hs" or "no-hs"))
        {
            nickname = words[0];
            words.RemoveAt(0);
        }

        Flags flags = new();
        if (!TakeFlags(words, flags, out error) || !TakeAddress(words, out IPAddress? address, out _, out error))
            return false;
        if (!RsaIdentity.TryParseHex(string.Concat(words), out RsaIdentity identity))
        {
            error = "the line must end with the relay's fingerprint of 40 hexadecimal digits.";
            return false;
        }

        if (flags.OrPort is not { } orPort)
        {
            error = "orport= is missing: directory documents are fetched over the OR port only.";
            return false;
        }

        authority = new DirectoryAuthority(nickname, flags.V3Identity, identity, new IPEndPoint(address, orPort), flags.IPv6);
        return true;
    }

    /// <summary><c>address[:dirport] orport=port id=fingerprint [weight=n] [ipv6=[address]:port]</c>.</summary>
    public static bool TryParseFallback(string value, [NotNullWhen(true)] out FallbackDirectory? fallback, [NotNullWhen(false)] out string? error)
    {
        fallback = null;
        List<string> words = [.. value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];
        if (!TakeAddress(words, out IPAddress? address, out _, out error))
            return false;
        Flags flags = new();
        if (!TakeFlags(words, flags, out error))
            return false;
        error = words.Count > 0 ? $"'{words[0]}' is not known here."
            : flags.OrPort is null ? "orport= is missing."
            : flags.Id is null ? "id= is missing."
            : null;
        if (error is not null)
            return false;
        fallback = new FallbackDirectory(flags.Id!.Value, new IPEndPoint(address, flags.OrPort!.Value), flags.IPv6);
        return true;
    }

    private static bool TakeFlags(List<string> words, Flags flags, [NotNullWhen(false)] out string? error)
    {
        error = null;
        while (words.Count > 0 && error is null && !IsAddress(words[0]))
        {
            string word = words[0];
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string key = (equals < 0 ? word : word[..equals]).ToUpperInvariant();
            string text = equals < 0 ? "" : word[(equals + 1)..];
            if (equals < 0 && key is not ("BRIDGE" or "NO-V2" or "HS" or "NO-HS"))
                break;
            words.RemoveAt(0);
            error = flags.Set(key, text) ? null : $"'{word}' is not understood.";
        }

        return error is null;
    }

    private static bool TakeAddress(List<string> words, [NotNullWhen(true)] out IPAddress? address, out ushort port, [NotNullWhen(false)] out string? error)
    {
        (address, port, error) = (null, 0, null);
        if (words.Count > 0 && IsAddress(words[0]) && IPEndPoint.TryParse(words[0], out IPEndPoint? endPoint))
        {
            (address, port) = (endPoint.Address, (ushort)endPoint.Port);
            words.RemoveAt(0);
            return true;
        }

        error = "an address is missing, such as 192.0.2.1:9030. Names are not looked up.";
        return false;
    }

    private static bool IsAddress(string word) =>
        IPEndPoint.TryParse(word, out IPEndPoint? endPoint) && (endPoint.AddressFamily == AddressFamily.InterNetworkV6 || word.Count(c => c == '.') == 3);

    private sealed class Flags
    {
        public ushort? OrPort { get; private set; }

        public RsaIdentity? V3Identity { get; private set; }

        public RsaIdentity? Id { get; private set; }

        public IPEndPoint? IPv6 { get; private set; }

        public bool Set(string key, string text)
        {
            switch (key)
            {
                case "ORPORT" when ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0:
                    OrPort = port;
                    return true;
                case "V3IDENT" when RsaIdentity.TryParseHex(text, out RsaIdentity v3):
                    V3Identity = v3;
                    return true;
                case "ID" when RsaIdentity.TryParseHex(text, out RsaIdentity id):
                    Id = id;
                    return true;
                case "IPV6" when IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && endPoint.AddressFamily == AddressFamily.InterNetworkV6:
                    IPv6 = endPoint;
                    return true;
                case "WEIGHT":
                    return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
                case "BRIDGE" or "NO-V2" or "HS" or "NO-HS":
                case "UPLOAD" or "DOWNLOAD" or "VOTE":
                    return true;
                default:
                    return false;
            }
        }
    }
}
