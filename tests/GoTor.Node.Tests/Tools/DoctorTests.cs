using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using GoTor.Node.Tools;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Node.Tests.Tools;

/// <summary>Networks here are on loopback, never the public one.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-doctor-{Guid.NewGuid():N}"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Network_ThatTakesConnections_IsGood_AndOnlyItIsContacted()
    {
        using TcpListener relay = new(IPAddress.Loopback, 0);
        relay.Start();
        (int code, Dictionary<string, (string Verdict, string Text)> findings) = await ExamineAsync(Network(((IPEndPoint)relay.LocalEndpoint).Port));
        Assert.Equal(0, code);
        Assert.Equal("ok", findings["network"].Verdict);
        Assert.Contains("1 of 1", findings["network"].Text, StringComparison.Ordinal);
        Assert.Contains("whoever runs these", findings["configuration"].Text, StringComparison.Ordinal);
        Assert.Equal("ok", findings["data directory"].Verdict);
    }

    [Fact]
    public async Task Network_ThatNobodyServes_IsBad()
    {
        (int code, var findings) = await ExamineAsync(Network(PortFinder.Free(IPAddress.Loopback).Port));
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Equal("bad", findings["network"].Verdict);
    }

    [Fact]
    public async Task Offline_NobodyIsContacted()
    {
        using TcpListener relay = new(IPAddress.Loopback, 0);
        relay.Start();
        (_, var findings) = await ExamineAsync(Network(((IPEndPoint)relay.LocalEndpoint).Port), "--offline");
        Assert.Equal("unknown", findings["network"].Verdict);
        Assert.False(relay.Pending());
    }

    [Fact]
    public async Task Port_InUse_IsAWarning()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        (_, var findings) = await ExamineAsync($"SocksPort {taken.LocalEndpoint}\n{Network(1)}", "--offline");
        Assert.Equal("warn", findings["port"].Verdict);
        Assert.Contains("in use", findings["port"].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 4, "bad", "slow")]
    [InlineData(-1, 2, "ok", "fits")]
    [InlineData(-72, -69, "warn", "fast")]
    public async Task Clock_IsComparedWithTheConsensus(int from, int until, string verdict, string word)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "cached-microdesc-consensus"),
            $"network-status-version 3 microdesc\nvalid-after {now.AddHours(from):yyyy-MM-dd HH:mm:ss}\nvalid-until {now.AddHours(until):yyyy-MM-dd HH:mm:ss}\n");
        (_, var findings) = await ExamineAsync(Network(1), "--offline");
        Assert.Equal(verdict, findings["clock"].Verdict);
        Assert.Contains(word, findings["clock"].Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task DataDirectory_OpenToOthers_IsAWarning()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "File modes are Unix's.");
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
        (_, var findings) = await ExamineAsync(Network(1), "--offline");
        Assert.Equal("warn", findings["data directory"].Verdict);
    }

    [Fact]
    public async Task Configuration_ThatIsRefused_IsAllThatIsSaid()
    {
        (int code, var findings) = await ExamineAsync("Nonsense 1");
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Equal("bad", Assert.Single(findings).Value.Verdict);
    }

    [Fact]
    public async Task Network_ThatTheNodeWouldNotDial_IsNotDialledHereEither()
    {
        using TcpListener relay = new(IPAddress.Loopback, 0);
        relay.Start();
        (_, var findings) = await ExamineAsync(Network(((IPEndPoint)relay.LocalEndpoint).Port) + "ReachableAddresses reject *:*\n");
        Assert.Equal("bad", findings["network"].Verdict);
        Assert.False(relay.Pending());
    }

    private static string Network(int port) =>
        $"SocksPort auto\nTestingTorNetwork 1\nDirAuthority a orport={port} v3ident=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 127.0.0.1:1 BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\n";

    private async Task<(int Code, Dictionary<string, (string Verdict, string Text)> Findings)> ExamineAsync(string torrc, params string[] more)
    {
        string file = Path.Combine(_folder, "torrc");
        await File.WriteAllTextAsync(file, torrc.Contains("Socks", StringComparison.Ordinal) ? $"{torrc}\nDataDirectory {_folder}\n" : torrc);
        ToolRun run = await ToolRun.Async(["doctor", "--json", "-f", file, .. more]);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Dictionary<string, (string, string)> findings = [];
        foreach (JsonElement finding in json.RootElement.EnumerateArray())
            findings.TryAdd(finding.GetProperty("check").GetString()!, (finding.GetProperty("verdict").GetString()!, finding.GetProperty("text").GetString()!));
        return (run.ExitCode, findings);
    }
}
