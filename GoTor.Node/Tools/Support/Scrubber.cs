using System.Text.RegularExpressions;
using GoTor.Node.Configuration;
using GoTor.Node.Control;

namespace GoTor.Node.Tools.Support;

/// <summary>
/// Takes out of a text whatever could say who somebody is, where they go or what they keep secret: addresses, names, onion names, fingerprints,
/// keys, mail addresses and home directories. Rather too much than too little.
/// </summary>
internal static partial class Scrubber
{
    /// <summary>Options whose value is a number, a switch or a time. Of all others only the name is kept.</summary>
    private static readonly string[] HarmlessTypes = ["Boolean", "Boolean+Auto", "Integer", "TimeInterval", "Float"];

    /// <summary>Others that matter for support and hold nothing but words of ours, once scrubbed.</summary>
    private static readonly string[] HarmlessOptions =
        ["SocksPort", "ControlPort", "DNSPort", "HTTPTunnelPort", "TransPort", "MetricsPort", "ConnectionPadding", "LongLivedPorts", "WarnPlaintextPorts", "RejectPlaintextPorts", "SafeLogging", "LogFormat"];

    public static string Text(string text)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length > 1)
            text = text.Replace(home, "~", StringComparison.Ordinal);
        text = HomeDirectory().Replace(text, "/home/[user]");
        text = Mail().Replace(text, "[mail]");
        text = Onion().Replace(text, "[onion]");
        text = Secret().Replace(text, "[secret]");
        text = IPv6().Replace(text, match => IsPlainAddress(match.Value) ? match.Value : "[address]");
        text = IPv4().Replace(text, match => IsPlainAddress(match.Value) ? match.Value : "[address]");
        return HostName().Replace(text, "[name]");
    }

    /// <summary>One line of a torrc.</summary>
    public static string Setting(ConfigLine line)
    {
        if (OptionCatalog.Find(line.Key) is not { } option)
            return "[unknown option]";
        bool isHarmless = HarmlessOptions.Contains(option.Name, StringComparer.Ordinal)
            || (OptionFacts.Find(option.Name) is { } fact && HarmlessTypes.Contains(fact.Type, StringComparer.Ordinal));
        string value = !isHarmless ? "[removed]" : line.Value.Contains("unix:", StringComparison.OrdinalIgnoreCase) ? "unix:[path]" : Text(line.Value);
        return $"{option.Name} {value}";
    }

    /// <summary>Everybody has these, or nobody: what starts with 0 is rather the version of C tor.</summary>
    private static bool IsPlainAddress(string text) => text.StartsWith("127.", StringComparison.Ordinal) || text.StartsWith("0.", StringComparison.Ordinal) || text is "::1" or "::" || !System.Net.IPAddress.TryParse(text, out _);

    [GeneratedRegex(@"/(home|Users)/[^/\s""']+")]
    private static partial Regex HomeDirectory();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")]
    private static partial Regex Mail();

    [GeneratedRegex(@"\b[A-Za-z0-9.-]+\.(onion|exit)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Onion();

    /// <summary>Fingerprints, digests, keys, tokens, and names of onion services without their end.</summary>
    [GeneratedRegex(@"(16:)?\$?[A-Za-z0-9+/_-]{28,}={0,2}")]
    private static partial Regex Secret();

    /// <summary>Anything with two colons and hexadecimal digits; what is no address after all is left.</summary>
    [GeneratedRegex(@"(?<![0-9A-Za-z:.])[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}(\d*\.\d+\.\d+\.\d+)?(?![0-9A-Za-z:])")]
    private static partial Regex IPv6();

    [GeneratedRegex(@"(?<![0-9.])\d{1,3}(\.\d{1,3}){3}(?![0-9.])")]
    private static partial Regex IPv4();

    [GeneratedRegex(@"(?<![A-Za-z0-9_.-])(?!System\.|GoTor\.|Microsoft\.)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.[A-Za-z]{2,}\b", RegexOptions.IgnoreCase)]
    private static partial Regex HostName();
}
