using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GoTor.Client.Storage;

/// <summary>
/// The content of a state file: lines of a key and a value, in C tor's format. Lines that nobody asked for keep their bytes and
/// their place, so that a newer GoTor or a C tor finds its own again. Not safe for concurrent use.
/// </summary>
internal sealed class StateDocument
{
    // C tor drops comments when it writes, so a file without this line is one that somebody else wrote, not a damaged one.
    private const string DigestPrefix = "# Digest ";

    // One byte is one char, so nothing is lost on the way through.
    private static readonly Encoding Bytes = Encoding.Latin1;

    private readonly List<Entry> _entries = [];

    private readonly record struct Entry(string Key, string Line);

    /// <summary>Lines that could not be read and were dropped.</summary>
    public int BadLines { get; private init; }

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>The file carries a digest, and it does not fit.</summary>
    public bool IsDamaged { get; private init; }

    public static StateDocument Parse(ReadOnlySpan<byte> content)
    {
        string text = Bytes.GetString(content);
        string? digest = null;
        int bad = 0;
        List<Entry> entries = [];
        foreach (string line in text.Split('\n'))
        {
            string trimmed = line.Trim(' ', '\t', '\r');
            if (trimmed.StartsWith(DigestPrefix, StringComparison.Ordinal))
                digest = trimmed[DigestPrefix.Length..];
            if (trimmed.Length == 0 || trimmed[0] == '#')
                continue;
            if (IsReadable(line) && KeyOf(trimmed) is { } key)
                entries.Add(new Entry(key, line.TrimEnd('\r')));
            else
                bad++;
        }

        StateDocument document = new() { BadLines = bad, IsDamaged = digest is not null && (bad > 0 || digest != Digest(entries)) };
        document._entries.AddRange(entries);
        return document;
    }

    /// <summary>The values of <paramref name="key"/> in order; keys differ by more than case.</summary>
    public IReadOnlyList<string> Values(string key) =>
        [.. _entries.Where(e => e.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Select(e => ValueOf(e.Line))];

    /// <summary>Puts lines where the key's first line was, or at the end.</summary>
    /// <returns>False when that changes nothing.</returns>
    public bool Set(string key, IReadOnlyList<string> values)
    {
        if (Values(key).SequenceEqual(values))
            return false;
        int at = _entries.FindIndex(e => e.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
        _entries.RemoveAll(e => e.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
        _entries.InsertRange(at < 0 ? _entries.Count : at, values.Select(v => new Entry(key, v.Length == 0 ? key : $"{key} {v}")));
        return true;
    }

    public byte[] Encode(DateTimeOffset now)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# Tor state, last written by GoTor at {now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.\n");
        text.Append("# Nothing in here needs editing. Whoever does it anyway removes the next line first.\n");
        text.Append(DigestPrefix).Append(Digest(_entries)).Append("\n\n");
        foreach (Entry entry in _entries)
            text.Append(entry.Line).Append('\n');
        return Bytes.GetBytes(text.ToString());
    }

    private static string Digest(List<Entry> entries) =>
        Convert.ToHexStringLower(SHA256.HashData(Bytes.GetBytes(string.Join('\n', entries.Select(e => e.Line)))));

    private static bool IsReadable(string line)
    {
        foreach (char c in line)
        {
            if (c is < ' ' and not '\t' and not '\r' or '\x7f')
                return false;
        }

        return true;
    }

    private static string? KeyOf(string line)
    {
        int end = line.AsSpan().IndexOfAny(' ', '\t');
        string key = end < 0 ? line : line[..end];
        return key.Length <= 64 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '+') ? key : null;
    }

    private static string ValueOf(string line)
    {
        string trimmed = line.Trim(' ', '\t', '\r');
        int end = trimmed.AsSpan().IndexOfAny(' ', '\t');
        if (end < 0)
            return "";
        string value = trimmed[end..].TrimStart(' ', '\t');
        int comment = value.StartsWith('"') ? -1 : value.IndexOf('#', StringComparison.Ordinal);
        return comment < 0 ? value : value[..comment].TrimEnd(' ', '\t');
    }
}
