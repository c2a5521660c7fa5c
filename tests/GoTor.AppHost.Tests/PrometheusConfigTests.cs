using System.Runtime.CompilerServices;

namespace GoTor.AppHost.Tests;

/// <summary>The one prometheus.yml of deploy/ with the addresses of a run.</summary>
public sealed class PrometheusConfigTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Root(), "deploy", "prometheus", "prometheus.yml"));

    [Fact]
    public void ForContainer_ChangesTheGatewaysAddressAlone()
    {
        string made = PrometheusConfig.ForContainer(Text, "aspire.dev.internal:40000");

        Assert.Equal(Text, made.Replace("aspire.dev.internal:40000", "gateway:9052", StringComparison.Ordinal));
        Assert.NotEqual(Text, made);
    }

    [Fact]
    public void ForHost_NamesOnlyWhatRunsOnTheHost()
    {
        string made = PrometheusConfig.ForHost(Text, "localhost:1", "localhost:2", "/rules");

        string[] lines = [.. made.Split('\n').Where(line => !line.TrimStart().StartsWith('#'))];
        Assert.Contains(lines, line => line.Trim() == "- /rules/*.yml");
        Assert.Contains(lines, line => line.Trim() == "- targets: [localhost:1]");
        Assert.Contains(lines, line => line.Trim() == "- targets: [localhost:2]");
        Assert.DoesNotContain(lines, line => line.Contains("gateway:9052", StringComparison.Ordinal) || line.Contains("alertmanager:9093", StringComparison.Ordinal));
    }

    [Fact]
    public void FileWithoutTheGateway_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => PrometheusConfig.ForContainer("scrape_configs: []", "localhost:1"));

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
