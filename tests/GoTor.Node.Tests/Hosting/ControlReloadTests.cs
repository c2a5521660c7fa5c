using GoTor.Node.Configuration;
using GoTor.Node.Control;
using GoTor.Node.Hosting;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Crypto;

namespace GoTor.Node.Tests.Hosting;

/// <summary>What a change of configuration does to who may control the node, and to the lines that controllers see.</summary>
public sealed class ControlReloadTests : IDisposable
{
    private static readonly string Password = "HashedControlPassword " + HashedPassword.Create("secret", TorRandom.Secure);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gotor-reload-");

    private string Torrc => Path.Combine(_folder.FullName, "torrc");

    public void Dispose() => _folder.Delete(true);

    [Theory]
    [InlineData("0.0.0.0:9051", "ControlPort 127.0.0.1:9051")]
    [InlineData("9051", "")]
    [InlineData("9051", "ControlPort 9052")]
    public void PasswordGoesWithItsPort_OpenPortKeepsIt(string port, string fresh)
    {
        NodeConfiguration running = Load($"ControlPort {port}\n{Password}").Configuration!;
        NodeConfiguration next = ReloadRules.Merge(running, Load(fresh).Configuration!);

        Assert.True(next.Control.NeedsProof);
        Assert.Same(running.Control, next.Control);
    }

    [Fact]
    public void PasswordOfUnchangedPort_Changes()
    {
        NodeConfiguration running = Load("ControlPort 9051\n" + Password).Configuration!;

        Assert.False(ReloadRules.Merge(running, Load("ControlPort 9051").Configuration!).Control.NeedsProof);
    }

    [Fact]
    public void Reload_WithOptionThatNeedsRestart_KeepsItsLines_SoThatControllersCanStillSet()
    {
        ConfigurationResult start = Load($"SocksPort 9150\nControlPort 9051\n{Password}\nNewCircuitPeriod 40");
        NodeConfiguration running = start.Configuration!;
        RunningConfiguration lines = null!;
        lines = new RunningConfiguration(CommandLine.Parse(["-f", Torrc]), start.Lines, (fresh, isController) =>
        {
            string[] names = [.. ReloadRules.NeedRestart(running, fresh.Configuration!)];
            if (isController && names.Length > 0)
                return ConfigurationOutcome.Refuse(553, string.Join(' ', names));
            running = ReloadRules.Merge(running, fresh.Configuration!);
            return new ConfigurationOutcome(null, ReloadRules.LinesInForce(lines.Lines, fresh.Lines, names));
        });

        File.WriteAllText(Torrc, "SocksPort 9999\nNewCircuitPeriod 50");
        Assert.Empty(lines.Reload());

        Assert.Equal(["9150"], lines.Values("SocksPort"));
        Assert.Equal(["9051"], lines.Values("ControlPort"));
        Assert.Single(lines.Values("HashedControlPassword")!);
        Assert.Equal(["50"], lines.Values("NewCircuitPeriod"));
        Assert.Null(lines.Set([KeyValuePair.Create("NewCircuitPeriod", "60")], toDefault: false));
        Assert.True(running.Control.NeedsProof);
    }

    [Fact]
    public void Changed_IsRaisedUnderNoLock()
    {
        RunningConfiguration lines = new(CommandLine.Parse(["-f", Torrc]), [], (fresh, _) => new ConfigurationOutcome(null, fresh.Lines));
        bool done = false;
        lines.Changed += _ =>
        {
            if (done)
                return;
            done = true;
            Assert.True(Task.Run(() => lines.Set([KeyValuePair.Create("NewCircuitPeriod", "70")], toDefault: false)).Wait(TimeSpan.FromSeconds(60)));
        };

        Assert.Null(lines.Set([KeyValuePair.Create("NewCircuitPeriod", "60")], toDefault: false));
        Assert.True(done);
        Assert.Equal(["70"], lines.Values("NewCircuitPeriod"));
    }

    [Fact]
    public void MetricsToken_IsSavedAndShownToNobody()
    {
        ConfigurationResult start = Load("MetricsToken 0123456789abcdef0123456789abcdef");
        RunningConfiguration lines = new(CommandLine.Parse(["-f", Torrc]), start.Lines, (fresh, _) => new ConfigurationOutcome(null, fresh.Lines));

        Assert.Equal(["[scrubbed]"], lines.Values("MetricsToken"));
        Assert.DoesNotContain("0123456789abcdef", lines.Dump(withSecrets: false), StringComparison.Ordinal);
        Assert.True(lines.Save(force: true));
        Assert.Contains("MetricsToken 0123456789abcdef0123456789abcdef", File.ReadAllText(Torrc), StringComparison.Ordinal);
    }

    [Fact]
    public void OwningProcess_ChangesWhileRunning()
    {
        NodeConfiguration running = Load("__OwningControllerProcess 1").Configuration!;
        NodeConfiguration fresh = Load("").Configuration!;

        Assert.Empty(ReloadRules.NeedRestart(running, fresh));
        Assert.Null(ReloadRules.Merge(running, fresh).OwningProcess);
    }

    private ConfigurationResult Load(string torrc)
    {
        File.WriteAllText(Torrc, torrc);
        ConfigurationResult result = ConfigurationFiles.Load(CommandLine.Parse(["-f", Torrc]));
        Assert.Empty(result.Problems);
        return result;
    }
}
