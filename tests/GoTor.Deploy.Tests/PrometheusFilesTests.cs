using GoTor.Deploy.Tests.Files;
using GoTor.Deploy.Tests.Live;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Deploy.Tests;

/// <summary>What the programs that read these files say of them.</summary>
public sealed class PrometheusFilesTests
{
    private static string[] FilesOf(string folder) => Directory.GetFiles(Repository.PathOf("deploy", "prometheus", folder), "*.yml");

    private static string Alertmanager => Repository.PathOf("deploy", "alertmanager", "alertmanager.yml");

    private static Task<string> RunAsync(string program, params IEnumerable<string> arguments) =>
        ChildProcess.RunAsync(program, "", CancellationToken.None, arguments);

    [SkippableFact]
    public async Task Promtool_Configuration_IsValid() =>
        await RunAsync(Programs.Need("promtool"), "check", "config", Repository.PathOf("deploy", "prometheus", "prometheus.yml"));

    [SkippableFact]
    public async Task Promtool_Rules_AreValidWithoutAComplaint() =>
        await RunAsync(Programs.Need("promtool"), ["check", "rules", "--lint=all", "--lint-fatal", .. FilesOf("rules")]);

    [SkippableFact]
    public async Task Promtool_TestsOfRules_Pass() => await RunAsync(Programs.Need("promtool"), ["test", "rules", .. FilesOf("tests")]);

    [SkippableFact]
    public async Task Amtool_Configuration_IsValid() => await RunAsync(Programs.Need("amtool"), "check-config", Alertmanager);

    [SkippableTheory]
    [InlineData("dead-mans-switch", "alertname=Watchdog", "severity=none")]
    [InlineData("at-once", "alertname=GoTorNodeLost", "severity=critical")]
    [InlineData("in-working-hours", "alertname=GoTorNodeDegraded", "severity=warning")]
    [InlineData("shown-only", "alertname=Another")]
    public async Task Amtool_Alert_GoesToItsReceiver(string receiver, params string[] labels)
    {
        string routed = await RunAsync(Programs.Need("amtool"), ["config", "routes", "test", $"--config.file={Alertmanager}", .. labels]);

        Assert.Equal(receiver, routed.Trim());
    }

    [SkippableFact]
    public async Task Caddy_Caddyfile_IsValid()
    {
        string caddy = Programs.Need("caddy"), folder = Directory.CreateTempSubdirectory("gotor-caddy-").FullName;
        try
        {
            // The users' file is a secret that the running container has.
            string users = Path.Combine(folder, "users"), file = Path.Combine(folder, "Caddyfile");
            await File.WriteAllTextAsync(users, "gotor $2a$14$zgNPYJSTg9ww4CMorCzh5eDnPpRk/tbJNtvIcg/033KPWztHBGhne\n");
            await File.WriteAllTextAsync(file, Repository.Read("deploy", "caddy", "Caddyfile").Replace("/run/secrets/front_users", users, StringComparison.Ordinal));
            await RunAsync(caddy, "validate", "--config", file, "--adapter", "caddyfile");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
