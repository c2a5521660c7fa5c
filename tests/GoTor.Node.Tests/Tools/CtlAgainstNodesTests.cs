using System.Text.Json;
using GoTor.Node.Tools;
using GoTor.Node.Tools.Controllers;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Node.Tests.Tools;

/// <summary>The control tool against running nodes: C tor and ours.</summary>
public sealed class CtlAgainstNodesTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-ctl-{Guid.NewGuid():N}"));

    private string PortFile => Path.Combine(_folder, "port");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task CTor_WithCookie_IsSeenAndSteered()
    {
        Skip.If(TorTools.Tor is null, "tor is not installed");
        await using ChildProcess tor = Start(ClientProgram.CTor, "--CookieAuthentication", "1", "--DisableNetwork", "1");
        await UseAsync(await AddressAsync(), "700");
        Assert.Equal(0, (await ToolRun.Async("ctl", "newnym", "--control", await AddressAsync())).ExitCode);
        ToolRun events = await ToolRun.Async("ctl", "guards", "--control", await AddressAsync());
        Assert.Equal("No guard has been chosen yet.", events.Succeeded().Output.Trim());
    }

    [Fact]
    public async Task OurNode_WithCookie_IsSeenAndSteered()
    {
        await using ChildProcess node = Start(ClientProgram.GoTor, "--CookieAuthentication", "1", "--FallbackDir", Nowhere, "--DirAuthority", Authority);
        await UseAsync(await AddressAsync(), "700");
    }

    [SkippableFact]
    public async Task CTor_WithPassword_LetsInWhoKnowsIt()
    {
        Skip.If(TorTools.Tor is null, "tor is not installed");
        const string Password = "correct \"horse\" \\ battery";
        string hash = Protocol.ControlPort.HashedPassword.Create(Password, Protocol.Crypto.TorRandom.Secure);
        await using ChildProcess tor = Start(ClientProgram.CTor, "--HashedControlPassword", hash, "--DisableNetwork", "1");
        string file = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(file, Password + "\n");
        (await ToolRun.Async("ctl", "version", "--control", await AddressAsync(), "--password-file", file)).Succeeded();
        await File.WriteAllTextAsync(file, "wrong");
        Assert.Equal(ExitCodes.Denied, (await ToolRun.Async("ctl", "version", "--control", await AddressAsync(), "--password-file", file)).ExitCode);
        ToolRun without = await ToolRun.Async("ctl", "version", "--control", await AddressAsync());
        Assert.Equal(ExitCodes.Denied, without.ExitCode);
        Assert.Contains(Credentials.PasswordVariable, without.Error, StringComparison.Ordinal);
    }

    private const string Nowhere = "127.0.0.1:1 orport=1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private const string Authority = "a orport=1 v3ident=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 127.0.0.1:1 BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

    private static async Task UseAsync(string address, string dirtiness)
    {
        string[] there = ["--control", address];
        using JsonDocument status = JsonDocument.Parse((await ToolRun.Async(["ctl", "status", "--json", .. there])).Succeeded().Output);
        Assert.StartsWith("0.4.9.", status.RootElement.GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.True(status.RootElement.GetProperty("process").GetInt64() > 0);
        (await ToolRun.Async(["ctl", "conf", "set", $"MaxCircuitDirtiness={dirtiness}", .. there])).Succeeded();
        Assert.Equal(dirtiness, (await ToolRun.Async(["ctl", "conf", "get", "MaxCircuitDirtiness", .. there])).Succeeded().Output.Trim());
        ToolRun refused = await ToolRun.Async(["ctl", "conf", "set", "NoSuchOption=1", .. there]);
        Assert.Equal(ExitCodes.Failed, refused.ExitCode);
        Assert.Contains("NoSuchOption", refused.Error, StringComparison.Ordinal);
    }

    private ChildProcess Start(ClientProgram program, params string[] options) => ChildProcess.Start(
        program.File,
        [.. program.Arguments, "-f", WriteTorrc(), "--DataDirectory", Path.Combine(_folder, "data"), "--SocksPort", "0", "--ControlPort", "auto", "--ControlPortWriteToFile", PortFile, .. options]);

    private string WriteTorrc()
    {
        string torrc = Path.Combine(_folder, "torrc");
        File.WriteAllText(torrc, "");
        return torrc;
    }

    private async Task<string> AddressAsync()
    {
        await Wait.UntilAsync(() => File.Exists(PortFile) && File.ReadAllText(PortFile).Contains('\n', StringComparison.Ordinal), Patience, () => "no control port");
        return File.ReadAllText(PortFile).Split('\n')[0].Replace("PORT=", "", StringComparison.Ordinal).Trim();
    }
}
