using System.Buffers;
using GoTor.Node.Control;

namespace GoTor.Node.Configuration;

/// <summary>A configuration as text, for --dump-config.</summary>
internal static class ConfigurationDump
{
    private static readonly SearchValues<char> Special = SearchValues.Create("#\"\\\n\r\t");

    /// <param name="lines">Those that count, in order.</param>
    /// <param name="whole">Options that nobody set, too, with what they are by default.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<ConfigLine> lines, bool whole)
    {
        ILookup<string, ConfigLine> set = lines.ToLookup(line => line.Key, StringComparer.OrdinalIgnoreCase);
        foreach (OptionDefinition option in OptionCatalog.All.OrderBy(option => option.Name, StringComparer.OrdinalIgnoreCase))
        {
            foreach (ConfigLine line in set[option.Name])
                yield return $"{option.Name} {Written(line.Value)}".TrimEnd();
            if (whole && !set.Contains(option.Name) && OptionFacts.Find(option.Name) is { } fact && OptionFacts.DefaultOf(fact) is { Length: > 0 } value)
                yield return $"{option.Name} {value}";
        }
    }

    /// <summary>A value that would not be read again as it is, in quotes.</summary>
    private static string Written(string value) => value.AsSpan().ContainsAny(Special)
        ? '"' + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal) + '"'
        : value;
}
