using System.Text.RegularExpressions;

namespace GoTor.Deploy.Tests.Files;

/// <summary>What can be told of an expression by reading it. Prometheus itself says whether it is one.</summary>
internal static partial class PromQl
{
    /// <summary>Metric names in it: words with an underscore or colon outside of quotes, label lists and grouping clauses.</summary>
    public static IReadOnlySet<string> Metrics(string expression)
    {
        string bare = Grouping().Replace(Braces().Replace(expression, ""), "");
        return Words().Matches(bare).Select(match => match.Value).Where(word => word.Contains('_', StringComparison.Ordinal) || word.Contains(':', StringComparison.Ordinal) || word is "up" or "ALERTS")
            .Where(word => !Functions.Contains(word) && !word.StartsWith("__", StringComparison.Ordinal)).ToHashSet();
    }

    /// <summary>The ranges in square brackets.</summary>
    public static IEnumerable<string> Ranges(string expression) => Brackets().Matches(expression).Select(match => match.Groups[1].Value);

    /// <summary>Counters that are read as they are, instead of through rate or increase.</summary>
    public static IEnumerable<string> BareCounters(string expression)
    {
        string withoutRates = Rates().Replace(Braces().Replace(expression, ""), "");
        return Metrics(withoutRates).Where(name => name.EndsWith("_total", StringComparison.Ordinal) || name.EndsWith("_bucket", StringComparison.Ordinal));
    }

    /// <summary>
    /// The same expression without the thresholds of an alert: comparisons give 0 or 1 for every series instead of leaving series out, so
    /// that the result is empty only if what is compared is.
    /// </summary>
    public static string WithoutThresholds(string expression) => Comparisons().Replace(Absent().Replace(expression, "${arg}"), "$0 bool");

    private static readonly HashSet<string> Functions = ["histogram_quantile", "group_left", "group_right", "label_replace"];

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\[([^\]]*)\]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w:$""])[a-zA-Z_:][\w:]*")]
    private static partial Regex Words();

    [GeneratedRegex(@"\b(rate|irate|increase|changes)\s*\(\s*[\w:]+\s*\[[^\]]*\]\s*\)")]
    private static partial Regex Rates();

    [GeneratedRegex(@"(?<![=!<>~])(==|!=|>=|<=|>|<)(?!\s*bool)(?![=~""])(?![^{]*\})")]
    private static partial Regex Comparisons();

    [GeneratedRegex(@"\babsent\((?<arg>(?>[^()]+|\((?<depth>)|\)(?<-depth>))*)\)")]
    private static partial Regex Absent();
}
