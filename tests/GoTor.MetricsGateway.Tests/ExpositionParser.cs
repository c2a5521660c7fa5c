using System.Globalization;
using System.Text.RegularExpressions;

namespace GoTor.MetricsGateway.Tests;

/// <summary>One family of a parsed exposition.</summary>
internal sealed record ParsedFamily(string Name, string Type, string Help, string? Unit, List<ParsedSample> Samples);

/// <summary>One line of a parsed exposition.</summary>
internal sealed record ParsedSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value, string ValueText);

/// <summary>A parsed exposition.</summary>
internal sealed record ParsedExposition(List<ParsedFamily> Families)
{
    public ParsedFamily this[string name] => Families.Single(family => family.Name == name);

    /// <summary>The value of the one line with this name and these labels.</summary>
    public double Value(string name, params (string Name, string Value)[] labels) => Find(name, labels).Single().Value;

    public IEnumerable<ParsedSample> Find(string name, params (string Name, string Value)[] labels) => Families
        .SelectMany(family => family.Samples)
        .Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value));
}

/// <summary>
/// Reads Prometheus' text format or OpenMetrics by their grammars, written from the formats' pages and not from our writer, and fails on
/// anything that they do not allow: wrong order, mixed families, series that come twice, histograms that do not add up.
/// </summary>
internal static partial class ExpositionParser
{
    public static ParsedExposition Parse(string text, bool openMetrics = false)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        string[] lines = text[..^1].Split('\n');
        if (openMetrics)
        {
            Assert.Equal("# EOF", lines[^1]);
            lines = lines[..^1];
        }
        var families = new List<ParsedFamily>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            Assert.NotEqual("", line);
            if (!line.StartsWith('#'))
                AddSample(families[^1], Sample(line), seen, openMetrics);
            else
                AddMetadata(families, line, openMetrics);
        }
        foreach (ParsedFamily family in families)
        {
            Assert.NotEqual("", family.Type);
            if (family.Type == "histogram")
                CheckHistograms(family);
        }
        return new ParsedExposition(families);
    }

    private static void AddMetadata(List<ParsedFamily> families, string line, bool openMetrics)
    {
        Match match = Metadata().Match(line);
        Assert.True(match.Success, line);
        (string kind, string name, string rest) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        if (families.Count == 0 || families[^1].Name != name)
        {
            Assert.DoesNotContain(families, family => family.Name == name);
            families.Add(new ParsedFamily(name, "", "", null, []));
        }
        ParsedFamily current = families[^1];
        Assert.Empty(current.Samples); // All metadata comes before the first sample.
        families[^1] = kind switch
        {
            "HELP" => current with { Help = Unescape(rest, quotes: openMetrics) },
            "TYPE" => current with { Type = rest },
            _ => current with { Unit = rest },
        };
        if (kind == "TYPE")
            Assert.Contains(rest, new[] { "counter", "gauge", "histogram" });
        if (kind == "UNIT")
        {
            Assert.True(openMetrics);
            Assert.EndsWith("_" + rest, name, StringComparison.Ordinal);
        }
    }

    private static void AddSample(ParsedFamily family, ParsedSample sample, HashSet<string> seen, bool openMetrics)
    {
        string[] allowed = family.Type switch
        {
            "counter" when openMetrics => [family.Name + "_total"],
            "histogram" => [family.Name + "_bucket", family.Name + "_sum", family.Name + "_count"],
            _ => [family.Name],
        };
        Assert.Contains(sample.Name, allowed);
        if (family.Type == "counter")
            Assert.True(sample.Value >= 0, sample.Name);
        Assert.True(seen.Add(sample.Name + "|" + string.Join("|", sample.Labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"))), sample.Name);
        family.Samples.Add(sample);
    }

    private static ParsedSample Sample(string line)
    {
        Match match = SampleLine().Match(line);
        Assert.True(match.Success, line);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        string rest = match.Groups[2].Value;
        while (rest.Length > 0)
        {
            Match label = LabelPair().Match(rest);
            Assert.True(label.Success, line);
            labels.Add(label.Groups[1].Value, Unescape(label.Groups[2].Value, quotes: true));
            rest = rest[label.Length..];
        }
        string value = match.Groups[3].Value;
        return new ParsedSample(match.Groups[1].Value, labels, value switch
        {
            "NaN" => double.NaN,
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        }, value);
    }

    private static void CheckHistograms(ParsedFamily family)
    {
        var groups = family.Samples.GroupBy(sample => string.Join("|", sample.Labels.Where(label => label.Key != "le").OrderBy(label => label.Key)
            .Select(label => $"{label.Key}={label.Value}")));
        foreach (var group in groups)
        {
            ParsedSample[] buckets = [.. group.Where(sample => sample.Name.EndsWith("_bucket", StringComparison.Ordinal))];
            Assert.Equal("+Inf", buckets[^1].Labels["le"]);
            double[] bounds = [.. buckets[..^1].Select(bucket => double.Parse(bucket.Labels["le"], CultureInfo.InvariantCulture))];
            Assert.Equal(bounds.Order().Distinct(), bounds);
            Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
            Assert.Equal(buckets[^1].Value, group.Single(sample => sample.Name.EndsWith("_count", StringComparison.Ordinal)).Value);
            Assert.Single(group, sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal));
        }
    }

    private static string Unescape(string text, bool quotes)
    {
        var result = new System.Text.StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }
            char next = text[++i];
            Assert.True(next is '\\' or 'n' || (quotes && next == '"'), text);
            result.Append(next == 'n' ? '\n' : next);
        }
        return result.ToString();
    }

    [GeneratedRegex("^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$")]
    private static partial Regex Metadata();

    [GeneratedRegex("""^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)+)\})? (NaN|[+-]Inf|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\.)*)"(?:,|$)""")]
    private static partial Regex LabelPair();
}
