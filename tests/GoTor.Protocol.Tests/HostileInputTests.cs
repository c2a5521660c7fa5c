using System.Text.RegularExpressions;
using GoTor.Testing;

namespace GoTor.Protocol.Tests;

/// <summary>Every case of docs/hostile-input.md has a test that names it, and no test names another.</summary>
public sealed class HostileInputTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "hostile-input.md"));

    [Fact]
    public void EveryCase_ThatConcernsUs_HasATest()
    {
        string ours = Document[..Document.IndexOf("## Not ours yet", StringComparison.Ordinal)];
        string[] cases = [.. Regex.Matches(ours, @"^\| ((?:B|I)\d\d|TROVE-\d+-\d+) \|", RegexOptions.Multiline).Select(match => match.Groups[1].Value)];
        string[] tested = [.. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"\[Trait\(""Case"", ""([^""]+)""\)\]"))
            .Select(match => match.Groups[1].Value).Distinct()];
        Assert.Equal(cases.Order(StringComparer.Ordinal), tested.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryCase_FromB01ToB60_IsSpokenOf() =>
        Assert.All(Enumerable.Range(1, 60), i => Assert.Matches($@"(?m)^\| [^|]*B{i:00}\b", Document));
}
