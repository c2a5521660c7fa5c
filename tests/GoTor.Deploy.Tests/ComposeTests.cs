using System.Globalization;
using System.Text.RegularExpressions;
using GoTor.Deploy.Tests.Files;

namespace GoTor.Deploy.Tests;

/// <summary>What every service of compose.yaml must have, whoever adds one.</summary>
public sealed partial class ComposeTests
{
    public static TheoryData<string> Services => Compose.ServiceNames;

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_Rights_AreTheLeast(string name)
    {
        YamlValue service = Compose.Service(name);

        Assert.True(service["read_only"].IsTrue);
        Assert.Equal(["ALL"], service["cap_drop"].Texts);
        Assert.Contains("no-new-privileges:true", service["security_opt"].Texts);
        Assert.DoesNotMatch("^(0|root)(:|$)", service["user"].Text ?? "root");
        Assert.False(service["privileged"].Exists || service["network_mode"].Exists || service["pid"].Exists);
        Assert.DoesNotContain(service["volumes"].Texts, volume => volume.Contains("docker.sock", StringComparison.Ordinal));
        // Caddy's program asks for this one and does not start without it.
        Assert.Equal(name == "caddy" ? ["NET_BIND_SERVICE"] : [], service["cap_add"].Texts);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_Resources_AreLimited(string name)
    {
        YamlValue service = Compose.Service(name), limits = service.At("deploy", "resources", "limits");

        Assert.NotNull(limits["memory"].Text);
        Assert.NotNull(limits["cpus"].Text);
        Assert.NotNull(limits["pids"].Text);
        Assert.NotNull(service.At("logging", "options", "max-size").Text);
        Assert.Equal("unless-stopped", service["restart"].Text);
        Assert.NotNull(service["stop_grace_period"].Text);
    }

    [Fact]
    public void Gateway_TemporaryFolder_HoldsTheLargestProfileAndItsConversion()
    {
        YamlValue gateway = Compose.Service("gateway");
        long profile = long.Parse(gateway.At("environment", "Gateway__Profiling__MaxBytes").Text!, CultureInfo.InvariantCulture);
        string size = Assert.Single(gateway["tmpfs"].Texts).Split("size=")[1].Split('m')[0];
        Assert.InRange(long.Parse(size, CultureInfo.InvariantCulture) << 20, 6 * profile, long.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_Health_IsChecked(string name) => Assert.Equal("CMD", Compose.Service(name).At("healthcheck", "test").Texts.First());

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_Image_HasOneVersion(string name) => Assert.Matches(@"^[\w./-]+:v?\d+\.\d+\.\d+$", Compose.ImageOf(name));

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_Ports_AreThisMachinesOnly(string name) => Assert.All(
        Compose.Service(name)["ports"].Texts, port => Assert.StartsWith("127.0.0.1:", Compose.WithDefaults(port), StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_Secrets_AreFilesAndNowhereElse(string name)
    {
        YamlValue service = Compose.Service(name);

        Assert.All(service["secrets"].Texts, secret => Assert.Equal($"./secrets/{secret}", Compose.WithDefaults(Compose.File.At("secrets", secret, "file").Text!)));
        foreach ((string variable, YamlValue value) in service["environment"].Entries.Where(entry => Secret().IsMatch(entry.Key)))
            Assert.StartsWith("/run/secrets/", value.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(Secret(), string.Join(' ', service["command"].Texts));
    }

    [Fact]
    public void PublishedPorts_AreTheFourThatPeopleUse() => Assert.Equal(
        ["caddy 8443", "gateway 9052", "grafana 3000", "node 9050"],
        Compose.Services.SelectMany(service => service.Value["ports"].Texts, (service, port) => $"{service.Key} {port.Split(':')[^1]}").Order());

    [Fact]
    public void Networks_OfFiguresAndReports_LeadNowhere()
    {
        Assert.True(Compose.File.At("networks", "reports", "internal").IsTrue);
        Assert.True(Compose.File.At("networks", "scrape", "internal").IsTrue);
        Assert.Equal(["tor", "reports"], Compose.Service("node")["networks"].Texts);
        Assert.DoesNotContain("tor", Compose.Services.Where(service => service.Key != "node").SelectMany(service => service.Value["networks"].Texts));
    }

    [Fact]
    public void Volumes_OfData_AreNamedAndUsed()
    {
        HashSet<string> used = [.. Compose.Services.SelectMany(service => service.Value["volumes"].Texts).Where(volume => volume[0] != '.').Select(volume => volume.Split(':')[0])];

        Assert.Equal(Compose.File["volumes"].Keys.ToHashSet(), used);
        Assert.All(Compose.Services.SelectMany(service => Compose.Mounts(service.Key)), mount => Assert.True(Directory.Exists(Repository.PathOf("deploy", mount.Source))));
        Assert.All(Compose.Services.SelectMany(service => service.Value["volumes"].Texts).Where(volume => volume[0] == '.'), volume => Assert.EndsWith(":ro", volume, StringComparison.Ordinal));
    }

    [Fact]
    public void EnvExample_Variables_AreThoseOfTheFileWithTheSameDefaults()
    {
        Dictionary<string, string> example = ExampleLine().Matches(Repository.Read("deploy", ".env.example"))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

        Assert.Equal(Compose.Variables.Keys.Order(), example.Keys.Order());
        // These stand there as examples of another choice.
        string[] choices = ["GRAFANA_URL", "GRAFANA_SUB_PATH", "PROMETHEUS_URL", "ALERTMANAGER_URL"];
        Assert.All(example.Where(line => !choices.Contains(line.Key)), line => Assert.Equal(Compose.Variables[line.Key], line.Value));
        Assert.DoesNotMatch(Secret(), string.Join(' ', example.Keys.Where(name => name != "SECRETS")));
    }

    [Theory]
    [InlineData("node.Dockerfile", "runtime")]
    [InlineData("gateway.Dockerfile", "aspnet")]
    public void Dockerfile_LastStage_IsChiseledAndHasNoRights(string file, string kind)
    {
        string[] lines = Repository.Read("deploy", "docker", file).Split('\n');
        string last = string.Join('\n', lines[Array.FindLastIndex(lines, line => line.StartsWith("FROM", StringComparison.Ordinal))..]);
        string images = string.Join('\n', lines.Where(line => line.StartsWith("ARG", StringComparison.Ordinal)));

        Assert.Contains("FROM ${RUNTIME_IMAGE}", last, StringComparison.Ordinal);
        Assert.Contains("USER 1654", last, StringComparison.Ordinal);
        Assert.Contains($"RUNTIME_IMAGE={Compose.Variables[kind == "aspnet" ? "ASPNET_IMAGE" : "RUNTIME_IMAGE"]}", images, StringComparison.Ordinal);
        Assert.Contains($"SDK_IMAGE={Compose.Variables["SDK_IMAGE"]}", images, StringComparison.Ordinal);
        Assert.Matches($@"/{kind}:[\d.]+-\w+-chiseled", images);
    }

    [Fact]
    public void Torrc_Addresses_AreThoseOfTheOtherServices()
    {
        string torrc = Repository.Read("deploy", "node", "torrc");

        Assert.Contains("MetricsGateway gateway:9053", torrc, StringComparison.Ordinal);
        Assert.EndsWith(":9053", Compose.Service("gateway").At("environment", "Gateway__GrpcAddress").Text, StringComparison.Ordinal);
        Assert.Contains("MetricsTokenFile /run/secrets/metrics_token", torrc, StringComparison.Ordinal);
        Assert.Contains("/var/lib/gotor", torrc, StringComparison.Ordinal);
        Assert.Contains("gateway", Compose.Service("gateway").At("environment", "Gateway__AllowedHosts").Text!.Split(';'));
    }

    [GeneratedRegex("(?i)password|token|secret")]
    private static partial Regex Secret();

    [GeneratedRegex("(?m)^#([A-Z_]+)=(.*)$")]
    private static partial Regex ExampleLine();
}
