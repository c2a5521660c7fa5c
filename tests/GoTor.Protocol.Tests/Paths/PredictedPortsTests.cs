using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Paths;

public class PredictedPortsTests
{
    private static readonly DateTimeOffset Now = SyntheticNetwork.Epoch;
    private static readonly AvailableCircuit Web = new(SyntheticNetwork.Relay(1, exitPolicy: "accept 80,443", exitPolicyV6: "accept 443"), Stable: false, IsClean: true);
    private readonly PredictedPorts _ports = new([22, 6667], TimeSpan.FromHours(1), Now);

    [Fact]
    public void NextNeed_AtStart_IsTwoCircuitsForTheWeb()
    {
        CircuitNeed need = _ports.NextNeed([], Now)!;
        Assert.Equal([new ExitPort(443)], need.Ports);
        Assert.False(need.Stable);
        Assert.NotNull(_ports.NextNeed([Web], Now));
        Assert.Null(_ports.NextNeed([Web, Web], Now));
    }

    [Fact]
    public void NextNeed_AfterAnHourOfSilence_IsNone()
    {
        Assert.NotNull(_ports.NextNeed([], Now + TimeSpan.FromHours(1)));
        Assert.Null(_ports.NextNeed([], Now + TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1)));
        Assert.Empty(_ports.Current(Now + TimeSpan.FromHours(2)));
    }

    // C tor: CircuitsAvailableTimeout, whose default nf_conntimeout_clients is.
    [Theory]
    [InlineData(null, false, 1800, 3600)]
    [InlineData(null, true, 900, 1800)]
    [InlineData(600, false, 600, 1200)]
    [InlineData(5, false, 60, 120)]
    public void Memory_IsDrawnFromTheParameter(int? parameter, bool reduced, int least, int most)
    {
        ConsensusParameters parameters = parameter is { } value ? new(new Dictionary<string, int> { ["nf_conntimeout_clients"] = value }) : ConsensusParameters.Default;
        double[] draws = [.. Enumerable.Range(0, 200).Select(_ => PredictedPorts.DrawMemory(parameters, reduced, TorRandom.Secure).TotalSeconds)];
        Assert.InRange(draws.Min(), least, least * 1.2);
        Assert.InRange(draws.Max(), most * 0.9, most);
    }

    [Fact]
    public void NoteUsed_Again_RemembersLonger()
    {
        _ports.NoteUsed(new ExitPort(443), Now + TimeSpan.FromMinutes(50));
        Assert.NotNull(_ports.NextNeed([], Now + TimeSpan.FromMinutes(100)));
    }

    [Fact]
    public void NextNeed_LongLivedPort_WantsStableCircuits()
    {
        _ports.NoteUsed(new ExitPort(22), Now);
        AvailableCircuit unstable = new(SyntheticNetwork.Relay(2, exitPolicy: "accept 22,443"), Stable: false, IsClean: true);
        CircuitNeed need = _ports.NextNeed([unstable, unstable], Now)!;
        Assert.Equal([new ExitPort(22)], need.Ports);
        Assert.True(need.Stable);
        AvailableCircuit stable = unstable with { Stable = true };
        Assert.Null(_ports.NextNeed([stable, stable], Now));
    }

    [Fact]
    public void NextNeed_SixthVersion_GoesByTheOtherPolicy()
    {
        _ports.NoteUsed(new ExitPort(443, IPv6: true), Now);
        _ports.NoteUsed(new ExitPort(80, IPv6: true), Now);
        Assert.Equal([new ExitPort(80, IPv6: true)], _ports.NextNeed([Web, Web], Now)!.Ports);
    }

    [Fact]
    public void NextNeed_FourteenUnused_IsNone()
    {
        _ports.NoteUsed(new ExitPort(6667), Now);
        Assert.NotNull(_ports.NextNeed([.. Enumerable.Repeat(Web, 13)], Now));
        Assert.Null(_ports.NextNeed([.. Enumerable.Repeat(Web, 14)], Now));
        Assert.NotNull(_ports.NextNeed([.. Enumerable.Repeat(Web with { IsClean = false }, 14)], Now));
    }

    [Fact]
    public void NoteResolve_AndPortZero_ArePort80AndNothing()
    {
        _ports.NoteUsed(new ExitPort(0), Now);
        _ports.NoteResolve(Now + TimeSpan.FromSeconds(1));
        Assert.Equal([new ExitPort(80), new ExitPort(443)], _ports.Current(Now));
        _ports.Forget([new ExitPort(80)]);
        Assert.Equal([new ExitPort(443)], _ports.Current(Now));
    }
}
