using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using GoTor.Node.Configuration;
using GoTor.Node.Tools;
using GoTor.Node.Tools.Configuring;

namespace GoTor.Node.Tests.Tools;

public sealed class ConfigToolTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"gotor-config-{Guid.NewGuid():N}");

    public static TheoryData<string> TemplateNames => [.. Templates.Names];

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Templates_AreThoseOfGoTor() => Assert.Equal(["minimal", "production", "development", "high-security"], Templates.Names);

    [Theory]
    [MemberData(nameof(TemplateNames))]
    public async Task Template_Loads(string name)
    {
        (await ToolRun.Async("config", "template", name, "--output", _file)).Succeeded();
        Assert.Contains("valid", (await ToolRun.Async("config", "check", _file)).Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TemplateNames))]
    public void Template_WithoutAnyOneLine_IsAnotherConfiguration(string name)
    {
        List<ConfigLine> lines = [.. TorrcLexer.Read(Templates.Find(name)!, name, [])];
        Assert.NotEmpty(lines);
        string whole = Describe(Load(lines));
        foreach (ConfigLine line in lines)
        {
            Assert.NotNull(OptionCatalog.Find(line.Key));
            Assert.True(whole != Describe(Load([.. lines.Where(other => other != line)])), $"{line.Key} changes nothing");
        }
    }

    [Fact]
    public async Task Check_ReportsEveryProblemWithItsLine()
    {
        await File.WriteAllTextAsync(_file, "SocksPort 99999\nNoSuchOption 1\nSafeSocks maybe\n");
        ToolRun run = await ToolRun.Async("config", "check", _file, "--json");
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.False(json.RootElement.GetProperty("valid").GetBoolean());
        Assert.Equal([1, 2, 3], json.RootElement.GetProperty("problems").EnumerateArray().Select(problem => problem.GetProperty("line").GetInt32()).Order());
    }

    [Fact]
    public async Task Validator_WithGoTorsFlags_DoesTheSame()
    {
        (await ToolRun.Async("tor-config-validator", "-output", _file, "-template", "minimal")).Succeeded();
        (await ToolRun.Async("tor-config-validator", "-config", _file, "-verbose")).Succeeded();
        Assert.Contains("high-security", (await ToolRun.Async("tor-config-validator", "-list-templates")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_ThatExists_IsNotOverwritten()
    {
        await File.WriteAllTextAsync(_file, "mine");
        Assert.Equal(ExitCodes.Failed, (await ToolRun.Async("config", "template", "minimal", "--output", _file)).ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(_file));
    }

    [Fact]
    public async Task Schema_NamesEveryOption()
    {
        using JsonDocument json = JsonDocument.Parse((await ToolRun.Async("config", "schema")).Succeeded().Output);
        Assert.Equal(OptionCatalog.All.Select(option => option.Name).Order(), json.RootElement.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order());
    }

    /// <summary>Whoever removes every # gets what is accepted, apart from options that have no fixed default.</summary>
    [Fact]
    public void Sample_WithItsDefaultsInForce_IsAccepted()
    {
        string text = string.Join('\n', SampleTorrc.Create().Split('\n').Where(line => line.StartsWith("# ", StringComparison.Ordinal) && !line.EndsWith("...", StringComparison.Ordinal)).Skip(1).Select(line => line[2..]));
        List<ConfigLine> lines = [.. TorrcLexer.Read(text, "sample", [])];
        Assert.True(lines.Count > 20);
        Load(lines);
    }

    private static NodeConfiguration Load(IReadOnlyList<ConfigLine> lines)
    {
        ConfigurationResult result = ConfigurationFiles.FromLines(CommandLine.Parse([]), lines);
        Assert.Empty(result.Problems);
        return result.Configuration!;
    }

    /// <summary>Everything in it, as text.</summary>
    private static string Describe(object? value, int depth = 0) => value switch
    {
        null => "null",
        string or IFormattable or bool or System.Net.EndPoint or Uri => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        IEnumerable list => $"[{string.Join(',', list.Cast<object?>().Select(item => Describe(item, depth + 1)))}]",
        _ when depth > 6 => "",
        _ => value.GetType().Name + "{" + string.Join(';', value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0)
            .Select(property => property.Name + "=" + Describe(property.GetValue(value), depth + 1))) + "}",
    };
}
