using System.Formats.Tar;
using System.IO.Compression;
using GoTor.Node.Tools;
using GoTor.Node.Tools.Support;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Node.Tests.Tools;

public sealed class SupportBundleTests : IDisposable
{
    private const string Onion = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad";

    /// <summary>What must not be in any file of the archive.</summary>
    private static readonly string[] Planted =
    [
        "198.51.100.23", "2001:db8:1234::77", Onion, "secret.example.com", "hunter2hunter2", "A1B2C3D4E5F60718293A4B5C6D7E8F9012345678", "alice@example.org",
        "/home/alice", "872860B76453A77D60CA2BB8C1A7042072093276A3D701AD684053EC4C", "myguardnickname", "bearer-token-1234567890",
    ];

    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-bundle-{Guid.NewGuid():N}"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Bundle_HoldsWhatHelps_AndNothingThatWasPlanted()
    {
        string log = Path.Combine(_folder, "node.log");
        await File.WriteAllTextAsync(log, $"""
            Nov 24 11:02:55.000 [notice] Bootstrapped 100% (done): Done
            Nov 24 11:02:56.000 [info] connecting to 198.51.100.23:443 and [2001:db8:1234::77]:9001 for {Onion}.onion and secret.example.com:80
            Nov 24 11:02:57.000 [warn] $A1B2C3D4E5F60718293A4B5C6D7E8F9012345678~x mailed alice@example.org about /home/alice/file, key hunter2hunter2hunter2hunter2hunter2

            """);
        string torrc = Path.Combine(_folder, "torrc");
        await File.WriteAllTextAsync(torrc, $"""
            SocksPort 198.51.100.23:9050
            MaxCircuitDirtiness 700
            DataDirectory {_folder}
            HashedControlPassword 16:872860B76453A77D60CA2BB8C1A7042072093276A3D701AD684053EC4C
            ControlPort 9051
            MetricsToken bearer-token-1234567890
            MapAddress secret.example.com 198.51.100.23
            ExitNodes A1B2C3D4E5F60718293A4B5C6D7E8F9012345678,myguardnickname
            DirAuthority a orport=1 v3ident=A1B2C3D4E5F60718293A4B5C6D7E8F9012345678 198.51.100.23:1 A1B2C3D4E5F60718293A4B5C6D7E8F9012345678
            Log notice file {log}
            """);
        string target = Path.Combine(_folder, "bundle.tar.gz");
        (await ToolRun.Async("support-bundle", target, "-f", torrc, "--socket", "/home/alice/control")).Succeeded();

        Dictionary<string, string> files = await UnpackAsync(target);
        Assert.Contains("MaxCircuitDirtiness 700", files["gotor-support/configuration.txt"], StringComparison.Ordinal);
        Assert.Contains("HashedControlPassword [removed]", files["gotor-support/configuration.txt"], StringComparison.Ordinal);
        Assert.Contains("Bootstrapped 100% (done): Done", string.Concat(files.Values), StringComparison.Ordinal);
        Assert.Contains("GoTor ", files["gotor-support/about.txt"], StringComparison.Ordinal);
        foreach ((string name, string text) in files)
        {
            foreach (string secret in Planted)
                Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{name} holds {secret}");
        }
    }

    [SkippableFact]
    public async Task Bundle_IsForItsOwnerAlone_AndReplacesNothing()
    {
        Skip.If(OperatingSystem.IsWindows(), "File modes are Unix's.");
        string target = Path.Combine(_folder, "bundle.tar.gz");
        string[] command = ["support-bundle", target, "--socket", Path.Combine(_folder, "none")];
        (await ToolRun.Async(command)).Succeeded();
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(target));
        Assert.Equal(ExitCodes.Failed, (await ToolRun.Async(command)).ExitCode);
    }

    [Theory]
    [InlineData("at 127.0.0.1:9050 and [::1]:9051", "at 127.0.0.1:9050 and [::1]:9051")]
    [InlineData("Nov 24 11:02:55.000 [notice] took 00:01:02", "Nov 24 11:02:55.000 [notice] took 00:01:02")]
    [InlineData("version 0.4.9.11 (GoTor-0.1.0)", "version 0.4.9.11 (GoTor-0.1.0)")]
    [InlineData("System.Net.Sockets.SocketException", "System.Net.Sockets.SocketException")]
    [InlineData("to fe80::1%eth0", "to [address]%eth0")]
    [InlineData("to ::ffff:198.51.100.23", "to [address]")]
    public void Scrubber_KeepsWhatEverybodyHas(string text, string expected) => Assert.Equal(expected, Scrubber.Text(text));

    private static async Task<Dictionary<string, string>> UnpackAsync(string file)
    {
        Dictionary<string, string> files = [];
        await using FileStream stream = File.OpenRead(file);
        await using GZipStream unpacked = new(stream, CompressionMode.Decompress);
        await using TarReader reader = new(unpacked);
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
            files[entry.Name] = await new StreamReader(entry.DataStream!).ReadToEndAsync();
        return files;
    }
}
