using GoTor.Node.Configuration;
using GoTor.Node.Hosting;

namespace GoTor.Node.Tests.Hosting;

/// <summary>SIGHUP: an option that was changed either takes effect or is named as one that needs a restart, never neither and never both.</summary>
public sealed class ReloadRulesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gotor-reload-");

    public void Dispose() => _folder.Delete(true);

    [Theory]
    [InlineData("SocksPort 9999")]
    [InlineData("DataDirectory /elsewhere")]
    [InlineData("CacheDirectory /elsewhere")]
    [InlineData("SafeSocks 1")]
    [InlineData("TestSocks 1")]
    [InlineData("WarnPlaintextPorts 23")]
    [InlineData("RejectPlaintextPorts 23")]
    [InlineData("DirAuthority a orport=5001 v3ident=0123456789012345678901234567890123456789 127.1.2.3:7001 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("FallbackDir 192.0.2.1:80 orport=443 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ExtendAllowPrivateAddresses 1")]
    [InlineData("ClientRejectInternalAddresses 0")]
    [InlineData("TestingClientDownloadInitialDelay 5")]
    [InlineData("TestingClientConsensusDownloadInitialDelay 5")]
    [InlineData("TestingClientMaxIntervalWithoutRequest 5")]
    [InlineData("TestingDirConnectionMaxStall 5")]
    [InlineData("ClientUseIPv4 0")]
    [InlineData("ClientUseIPv6 0")]
    [InlineData("ConnectionPadding 1")]
    [InlineData("ReducedConnectionPadding 1")]
    [InlineData("ReachableAddresses *:443")]
    [InlineData("LongLivedPorts 22")]
    [InlineData("SocksTimeout 77")]
    [InlineData("PathsNeededToBuildCircuits 0.9")]
    public void OptionThatCannotChange_IsNamedAndKeepsItsValue(string line)
    {
        NodeConfiguration running = Load("");
        NodeConfiguration fresh = Load(line);

        Assert.Contains(line.Split(' ')[0], ReloadRules.NeedRestart(running, fresh));
        NodeConfiguration next = ReloadRules.Merge(running, fresh);
        Assert.Empty(ReloadRules.NeedRestart(running, next));
        Assert.False(ReloadRules.ChangesPaths(running.Client, next.Client));
    }

    [Theory]
    [InlineData("EntryNodes AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ExitNodes AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ExcludeNodes AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ExcludeExitNodes AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("StrictNodes 1")]
    [InlineData("MaxCircuitDirtiness 77")]
    [InlineData("NewCircuitPeriod 77")]
    [InlineData("CircuitBuildTimeout 77")]
    [InlineData("LearnCircuitBuildTimeout 0")]
    [InlineData("NumEntryGuards 3")]
    [InlineData("UseEntryGuards 0")]
    [InlineData("EnforceDistinctSubnets 0")]
    public void OptionOfPaths_TakesEffect(string line)
    {
        NodeConfiguration running = Load("");
        NodeConfiguration fresh = Load(line);

        Assert.Empty(ReloadRules.NeedRestart(running, fresh));
        NodeConfiguration next = ReloadRules.Merge(running, fresh);
        Assert.True(ReloadRules.ChangesPaths(running.Client, next.Client));
        // Once more with the same file changes nothing, so that no circuit is given up for it.
        Assert.False(ReloadRules.ChangesPaths(next.Client, ReloadRules.Merge(next, Load(line)).Client));
        // And back again.
        Assert.False(ReloadRules.ChangesPaths(running.Client, ReloadRules.Merge(next, Load("")).Client));
    }

    [Fact]
    public void LogsAndShutdownWaitLength_TakeEffect_WithoutTouchingCircuits()
    {
        NodeConfiguration running = Load("");
        NodeConfiguration next = ReloadRules.Merge(running, Load("Log debug stdout\nShutdownWaitLength 5"));

        Assert.Equal(TimeSpan.FromSeconds(5), next.ShutdownWaitLength);
        Assert.NotEqual(running.Logs, next.Logs);
        Assert.False(ReloadRules.ChangesPaths(running.Client, next.Client));
        Assert.Empty(ReloadRules.NeedRestart(running, next));
    }

    [Fact]
    public void SameFileAgain_ChangesNothing()
    {
        const string Torrc = "SocksPort 9150\nLongLivedPorts 22,80\nWarnPlaintextPorts 23\nExitNodes AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nReachableAddresses *:443";
        NodeConfiguration running = Load(Torrc);
        NodeConfiguration fresh = Load(Torrc);

        Assert.Empty(ReloadRules.NeedRestart(running, fresh));
        Assert.False(ReloadRules.ChangesPaths(running.Client, ReloadRules.Merge(running, fresh).Client));
    }

    private NodeConfiguration Load(string torrc)
    {
        string path = Path.Combine(_folder.FullName, "torrc");
        File.WriteAllText(path, torrc);
        ConfigurationResult result = ConfigurationFiles.Load(CommandLine.Parse(["-f", path]));
        Assert.Empty(result.Problems);
        return result.Configuration!;
    }
}
