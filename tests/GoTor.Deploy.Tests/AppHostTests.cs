using System.Text.RegularExpressions;
using GoTor.Deploy.Tests.Files;

namespace GoTor.Deploy.Tests;

/// <summary>
/// AppHost and compose start the same system from the same files. The AppHost's packages cannot be restored everywhere, so its source
/// is read, not run.
/// </summary>
public sealed partial class AppHostTests
{
    private static readonly string Source = string.Join('\n', Directory.GetFiles(Repository.PathOf("GoTor.AppHost"), "*.cs").Select(File.ReadAllText));

    [Fact]
    public void Images_AreThoseOfCompose()
    {
        Dictionary<string, string> images = Image().Matches(Source).ToDictionary(match => match.Groups[1].Value.ToLowerInvariant(), match => $"{match.Groups[2].Value}:{match.Groups[3].Value}");

        Assert.Equal(["alertmanager", "grafana", "prometheus"], images.Keys.Order());
        Assert.All(images, image => Assert.Equal(Compose.ImageOf(image.Key), image.Value));
    }

    [Fact]
    public void Mounts_AreFoldersOfDeployAtTheirPlacesInCompose()
    {
        var mounts = Mount().Matches(Source)
            .Select(match => (Source: match.Groups[1].Value.Replace("\", \"", "/", StringComparison.Ordinal), Target: match.Groups[2].Value)).ToList();

        Assert.Equal(4, mounts.Count);
        Assert.All(mounts, mount =>
        {
            Assert.True(Directory.Exists(Repository.PathOf("deploy", mount.Source)), mount.Source);
            // Compose may mount the folder around it.
            Assert.Contains(Compose.Services.SelectMany(service => Compose.Mounts(service.Key)), other =>
                mount == other || (mount.Source.StartsWith(other.Source + "/", StringComparison.Ordinal)
                    && mount.Target == other.Target + mount.Source[other.Source.Length..]));
        });
    }

    [Fact]
    public void Ports_AreThoseOfCompose()
    {
        string[] ports = [.. ContainerPort().Matches(Source).Select(match => match.Groups[1].Value).Order()];
        string[] composed = [.. new[] { "prometheus", "alertmanager", "grafana" }
            .SelectMany(service => Compose.Service(service)["expose"].Texts.Concat(Compose.Service(service)["ports"].Texts.Select(port => port.Split(':')[^1]))).Order()];

        Assert.Equal(composed, ports);
    }

    [GeneratedRegex(@"\(string Name, string Tag\) (\w+) = \(""([^""]+)"", ""([^""]+)""\)")]
    private static partial Regex Image();

    [GeneratedRegex(@"WithBindMount\(builder\.Deploy\(""([^)]+)""\), ""([^""]+)""")]
    private static partial Regex Mount();

    [GeneratedRegex(@"targetPort: (\d+)")]
    private static partial Regex ContainerPort();
}
