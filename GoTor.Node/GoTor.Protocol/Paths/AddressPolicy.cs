using System.Net;

namespace GoTor.Protocol.Paths;

/// <summary>
/// An ordered list of <c>accept</c> and <c>reject</c> rules; the first that matches decides, and what none matches is rejected, as if the
/// list ended in <c>reject *:*</c>. For ReachableAddresses and SocksPolicy. Immutable.
/// </summary>
internal sealed class AddressPolicy
{
    // "private" in C tor's policies: addresses that are nobody's on the Internet.
    private static readonly string[] PrivateNetworks =
    [
        "0.0.0.0/8", "169.254.0.0/16", "127.0.0.0/8", "192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12",
        "[::]/8", "[fc00::]/7", "[fe80::]/10", "[fec0::]/10", "[ff00::]/8",
    ];

    private readonly (bool Accepts, AddressPattern Pattern)[] _rules;

    private readonly string _text;

    private AddressPolicy((bool, AddressPattern)[] rules, string text) => (_rules, _text) = (rules, text);

    public static AddressPolicy AcceptAll { get; } = new([(true, AddressPattern.Everything)], "accept *:*");

    public bool Allows(IPEndPoint endPoint)
    {
        foreach ((bool accepts, AddressPattern pattern) in _rules)
        {
            if (pattern.Matches(endPoint))
                return accepts;
        }

        return false;
    }

    /// <summary>Reads rules separated by commas. A rule without <c>accept</c> or <c>reject</c> accepts.</summary>
    /// <param name="optionName">Named in the error.</param>
    /// <param name="error">Names the first offending rule; null on success.</param>
    public static bool TryParse(string text, string optionName, out AddressPolicy policy, out string? error)
    {
        policy = AcceptAll;
        List<(bool, AddressPattern)> rules = [];
        foreach (string item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryParseRule(item, rules))
            {
                error = $"{optionName}: \"{item}\" is not an address rule such as \"accept 192.0.2.0/24:443\" or \"reject *:25\".";
                return false;
            }
        }

        error = rules.Count == 0 ? $"{optionName} lists no rule." : null;
        policy = new AddressPolicy([.. rules], text);
        return error is null;
    }

    /// <summary>As it was written.</summary>
    public override string ToString() => _text;

    private static bool TryParseRule(string item, List<(bool, AddressPattern)> rules)
    {
        string[] words = item.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        (bool accepts, bool onlyV6, string target) = words switch
        {
            [string only] => (true, false, only),
            [string verb, string rest] when Is(verb, "accept") => (true, false, rest),
            [string verb, string rest] when Is(verb, "reject") => (false, false, rest),
            [string verb, string rest] when Is(verb, "accept6") => (true, true, rest),
            [string verb, string rest] when Is(verb, "reject6") => (false, true, rest),
            _ => (false, false, ""),
        };
        if (onlyV6 && !target.StartsWith('[') && !target.StartsWith('*'))
            return false;
        if (onlyV6 && target.StartsWith('*') && !target.StartsWith("*6", StringComparison.Ordinal))
            target = string.Concat("*6", target.AsSpan(1));
        if (target.StartsWith("private", StringComparison.OrdinalIgnoreCase))
            return TryExpandPrivate(accepts, target["private".Length..], rules);
        if (!AddressPattern.TryParse(target, out AddressPattern pattern))
            return false;
        rules.Add((accepts, pattern));
        return true;
    }

    private static bool TryExpandPrivate(bool accepts, string ports, List<(bool, AddressPattern)> rules)
    {
        foreach (string network in PrivateNetworks)
        {
            if (!AddressPattern.TryParse(network + ports, out AddressPattern pattern))
                return false;
            rules.Add((accepts, pattern));
        }

        return true;
    }

    private static bool Is(string word, string verb) => word.Equals(verb, StringComparison.OrdinalIgnoreCase);
}
