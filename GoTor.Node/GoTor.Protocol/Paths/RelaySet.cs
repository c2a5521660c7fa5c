using System.Net;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Paths;

/// <summary>
/// A set of relays as torrc names them: fingerprints (<c>$hex</c>, <c>$hex~nickname</c>), nicknames, addresses and networks, and country
/// codes (<c>{cc}</c>). C tor's routerset. Immutable.
/// </summary>
internal sealed class RelaySet
{
    private const int MaxNicknameLength = 19;
    private readonly HashSet<RsaIdentity> _identities = [];
    private readonly HashSet<string> _nicknames = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<AddressPattern> _addresses = [];
    private readonly HashSet<string> _countries = new(StringComparer.Ordinal);
    private CountryTable _table = CountryTable.Empty;
    private readonly string _text;

    private RelaySet(string text) => _text = text;

    public static RelaySet Empty { get; } = new("");

    public bool IsEmpty => _text.Length == 0;

    /// <summary>
    /// It names countries, which <see cref="Contains"/> knows only after <see cref="Knowing"/>: whoever reads options must refuse such a set
    /// while no address database is there, because a user who excludes a country and silently gets it is worse off than one who gets an error.
    /// </summary>
    public bool UsesCountries => _countries.Count > 0;

    /// <summary>Lower-case two-letter codes.</summary>
    public IReadOnlyList<string> Countries => [.. _countries];

    public bool Contains(Relay relay) =>
        _identities.Contains(relay.RsaIdentity)
        || _nicknames.Contains(relay.Nickname)
        || ContainsAddress(relay.OrPort)
        || ContainsCountry(relay.OrPort)
        || (relay.OrPortV6 is { } orPortV6 && ContainsAddress(orPortV6));

    /// <summary>The same set, with countries that mean something. A relay is where its IPv4 address is, as in C tor.</summary>
    /// <param name="withUnknown">Relays of unknown country, and those behind anonymising proxies ({a1}), belong to it, too.</param>
    public RelaySet Knowing(CountryTable table, bool withUnknown)
    {
        RelaySet known = new(_text) { _table = table };
        known._identities.UnionWith(_identities);
        known._nicknames.UnionWith(_nicknames);
        known._addresses.AddRange(_addresses);
        known._countries.UnionWith(_countries);
        if (withUnknown)
            known._countries.UnionWith([CountryTable.Unknown, "a1"]);
        return known;
    }

    /// <summary>The list as it was written, without blanks.</summary>
    public override string ToString() => _text;

    /// <summary>Reads a list separated by commas; blanks and empty items do not count.</summary>
    /// <param name="optionName">Named in the error.</param>
    /// <param name="error">Names the first offending item; null on success.</param>
    public static bool TryParse(string text, string optionName, out RelaySet set, out string? error)
    {
        string[] items = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        set = new RelaySet(string.Join(',', items));
        foreach (string item in items)
        {
            if (!set.TryAdd(item))
            {
                set = Empty;
                error = $"{optionName}: \"{item}\" is not a fingerprint, a nickname, an address, a network or a country code in braces.";
                return false;
            }
        }

        error = null;
        return true;
    }

    private bool ContainsAddress(IPEndPoint endPoint)
    {
        foreach (AddressPattern pattern in _addresses)
        {
            if (pattern.Matches(endPoint))
                return true;
        }

        return false;
    }

    private bool ContainsCountry(IPEndPoint endPoint) =>
        _countries.Count > 0 && _table.CountryOf(endPoint.Address) is { } country && _countries.Contains(country);

    private bool TryAdd(string item)
    {
        if (TryParseFingerprint(item, out RsaIdentity identity))
            _identities.Add(identity);
        else if (IsNickname(item))
            _nicknames.Add(item);
        else if (item is ['{', _, _, '}'] && IsCountry(item[1]) && IsCountry(item[2]))
            _countries.Add(item[1..3].ToLowerInvariant());
        else if (item.AsSpan().ContainsAny('.', ':', '*') && AddressPattern.TryParse(item, out AddressPattern pattern))
            _addresses.Add(pattern);
        else
            return false;
        return true;
    }

    private static bool TryParseFingerprint(ReadOnlySpan<char> item, out RsaIdentity identity)
    {
        identity = default;
        if (item.StartsWith("$"))
            item = item[1..];
        const int digits = RsaIdentity.Length * 2;
        if (item.Length < digits || item[..digits].ContainsAny(' ', '$'))
            return false;
        ReadOnlySpan<char> name = item[digits..];
        return (name.IsEmpty || (name[0] is '~' or '=' && IsNickname(name[1..]))) && RsaIdentity.TryParseHex(item[..digits], out identity);
    }

    private static bool IsNickname(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c))
                return false;
        }

        return text.Length is > 0 and <= MaxNicknameLength;
    }

    // "??" stands for addresses that are in no country.
    private static bool IsCountry(char c) => char.IsAsciiLetterOrDigit(c) || c == '?';
}
