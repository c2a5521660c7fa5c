using System.Net;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Paths.Guards;
using GoTor.Protocol.Wire;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Paths;

public class PathSelectorTests
{
    private static readonly IReadOnlyList<Relay> Relays = SyntheticNetwork.Mixed(2000, seed: 42);
    private static readonly NetworkSnapshot Network = SyntheticNetwork.Of(Relays);

    // P13: 200,000 draws in each position agree with the consensus's weights, and weight 0 is never drawn.
    [Trait("Case", "I02")]
    [Theory]
    [InlineData("middle", 0)]
    [InlineData("guard", 0)]
    [InlineData("exit", 80)]
    [InlineData("exit", 443)]
    [InlineData("exit", 6667)]
    public void Draws_InEachPosition_AgreeWithConsensusWeights(string position, int port)
    {
        PathSelector paths = New(seed: (ulong)(port + position.Length));
        ExitRequest request = ExitRequest.ForPort((ushort)port);
        Dictionary<RsaIdentity, int> indexes = Enumerable.Range(0, Relays.Count).ToDictionary(i => Relays[i].RsaIdentity);
        int[] observed = new int[Relays.Count];
        for (int i = 0; i < 200_000; i++)
        {
            RelayChoice choice = position switch
            {
                "middle" => paths.ChooseMiddle([]),
                "guard" => paths.ChooseFirstHop(GuardRestriction.None),
                _ => paths.ChooseExit(request),
            };
            observed[indexes[choice.Relay!.RsaIdentity]]++;
        }

        GTest.Agrees([.. Relays.Select(relay => Expected(relay, position, (ushort)port))], observed);
    }

    // P14, P15: no relay out of place, no two that belong together.
    [Fact]
    public void Paths_HundredThousand_AreDiverseAndFitTheirPositions()
    {
        PathSelector paths = New(seed: 5);
        ushort[] ports = [80, 443, 22, 6667];
        for (int i = 0; i < 100_000; i++)
        {
            ushort port = ports[i % ports.Length];
            Relay exit = paths.ChooseExit(ExitRequest.ForPort(port, stable: i % 2 == 0)).Relay!;
            Relay guard = paths.ChooseFirstHop(GuardRestriction.ForExit(exit), stable: i % 2 == 0).Relay!;
            Relay middle = paths.ChooseMiddle([guard, exit], stable: i % 2 == 0).Relay!;
            bool fits = exit.Microdescriptor!.ExitPolicy.Allows(port) && !exit.Has(RelayFlags.BadExit) && !exit.Has(RelayFlags.MiddleOnly)
                && guard.Has(RelayFlags.Guard) && !guard.Has(RelayFlags.MiddleOnly)
                && (i % 2 != 0 || (exit.Has(RelayFlags.Stable) && guard.Has(RelayFlags.Stable) && middle.Has(RelayFlags.Stable)))
                && exit.Has(RelayFlags.Fast) && guard.Has(RelayFlags.Fast) && middle.Has(RelayFlags.Fast);
            if (!fits || Related(exit, guard) || Related(exit, middle) || Related(guard, middle))
                Assert.Fail($"{guard.Nickname}, {middle.Nickname}, {exit.Nickname} for {port}");
        }
    }

    // P17: the guard does not depend on the exit, beyond what diversity demands.
    [Fact]
    public void GuardAndExit_WithoutRelations_AreIndependent()
    {
        List<Relay> relays = [.. Enumerable.Range(0, 8).Select(i => SyntheticNetwork.Relay(i, SyntheticNetwork.UsualGuard, bandwidth: (uint)(100 * (i + 1))))];
        relays.AddRange(Enumerable.Range(8, 8).Select(i => SyntheticNetwork.Relay(i, SyntheticNetwork.Usual | RelayFlags.Exit, (uint)(150 * (i - 7)), "accept 443")));
        PathSelector paths = new(SyntheticNetwork.Of(relays), PathConstraints.None, new SeededRandom(3));
        int[] observed = new int[64];
        double[] expected = new double[64];
        for (int i = 0; i < 50_000; i++)
        {
            Relay exit = paths.ChooseExit(ExitRequest.ForPort(443)).Relay!;
            Relay guard = paths.ChooseFirstHop(GuardRestriction.ForExit(exit)).Relay!;
            observed[(8 * relays.IndexOf(guard)) + relays.IndexOf(exit) - 8]++;
        }

        for (int i = 0; i < 64; i++)
            expected[i] = ((i / 8) + 1) * ((i % 8) + 1);
        GTest.Agrees(expected, observed);
    }

    // Rejecting what conflicts keeps the proportions of the rest, also where nearly everything conflicts.
    [Theory]
    [InlineData(2)]
    [InlineData(60)]
    public void Draw_WithMostExcluded_KeepsProportions(int allowedFrom)
    {
        Relay[] relays = [.. Enumerable.Range(0, 64).Select(i => SyntheticNetwork.Relay(i, bandwidth: i < 32 ? 100_000u : (uint)(i + 1)))];
        RelayTable table = RelayTable.Build(relays, BandwidthWeights.Equal, PathPosition.Middle);
        Dictionary<RsaIdentity, int> indexes = Enumerable.Range(0, 64).ToDictionary(i => relays[i].RsaIdentity);
        bool Allows(Relay relay) => indexes[relay.RsaIdentity] >= allowedFrom;
        SeededRandom random = new(11);
        int[] observed = new int[64];
        for (int i = 0; i < 20_000; i++)
            observed[indexes[table.Draw(random, Allows)!.RsaIdentity]]++;
        GTest.Agrees([.. relays.Select(relay => Allows(relay) ? relay.Bandwidth : 0.0)], observed);
        Assert.Null(table.Draw(random, _ => false));
    }

    [Fact]
    public void Draw_AllWeightsZero_IsUniform()
    {
        Relay[] relays = [.. Enumerable.Range(0, 10).Select(i => SyntheticNetwork.Relay(i, bandwidth: 0))];
        RelayTable table = RelayTable.Build(relays, BandwidthWeights.Equal, PathPosition.Middle);
        SeededRandom random = new(2);
        int[] observed = new int[10];
        for (int i = 0; i < 20_000; i++)
            observed[Array.IndexOf(relays, table.Draw(random))]++;
        GTest.Agrees([.. relays.Select(_ => 1.0)], observed);
        Assert.Null(RelayTable.Build([], BandwidthWeights.Equal, PathPosition.Middle).Draw(random));
    }

    [Fact]
    public void ChooseExit_SeveralPorts_IsOneThatAllowsTheMost()
    {
        Relay[] relays =
        [
            SyntheticNetwork.Relay(1, SyntheticNetwork.Usual | RelayFlags.Exit, 100_000, "accept 80"),
            SyntheticNetwork.Relay(2, SyntheticNetwork.Usual | RelayFlags.Exit, 10, "accept 80,443"),
            SyntheticNetwork.Relay(3, SyntheticNetwork.Usual, 100_000),
        ];
        PathSelector paths = new(SyntheticNetwork.Of(relays), PathConstraints.None, new SeededRandom(1));
        ExitRequest request = new() { Ports = [new ExitPort(80), new ExitPort(443), new ExitPort(25)] };
        for (int i = 0; i < 50; i++)
            Assert.Same(relays[1], paths.ChooseExit(request).Relay);
        Assert.NotSame(relays[2], paths.ChooseExit(new ExitRequest { Ports = [] }).Relay);
    }

    [Fact]
    public void ChooseExit_IPv6_GoesByTheIPv6Policy()
    {
        Relay[] relays =
        [
            SyntheticNetwork.Relay(1, SyntheticNetwork.Usual | RelayFlags.Exit, 100_000, "accept 443"),
            SyntheticNetwork.Relay(2, SyntheticNetwork.Usual | RelayFlags.Exit, 10, "accept 443", "accept 443"),
        ];
        PathSelector paths = new(SyntheticNetwork.Of(relays), PathConstraints.None, new SeededRandom(1));
        for (int i = 0; i < 50; i++)
            Assert.Same(relays[1], paths.ChooseExit(ExitRequest.ForPort(443, ipv6: true)).Relay);
        Assert.Equal("no relay allows port 80 over IPv6", paths.ChooseExit(ExitRequest.ForPort(80, ipv6: true)).Failure);
    }

    [Fact]
    public void ChooseExit_RefusedBefore_IsAnother()
    {
        Relay[] relays =
        [
            SyntheticNetwork.Relay(1, SyntheticNetwork.Usual | RelayFlags.Exit, 100_000, "accept 443"),
            SyntheticNetwork.Relay(2, SyntheticNetwork.Usual | RelayFlags.Exit, 10, "accept 443"),
        ];
        PathSelector paths = new(SyntheticNetwork.Of(relays), PathConstraints.None, new SeededRandom(1));
        ExitRequest request = ExitRequest.ForPort(443);
        Assert.Same(relays[1], paths.ChooseExit(request with { Not = [relays[0].RsaIdentity] }).Relay);
        Assert.Equal(
            "no relay allows port 443 but those that have refused it",
            paths.ChooseExit(request with { Not = [relays[0].RsaIdentity, relays[1].RsaIdentity] }).Failure);
        Assert.Same(relays[1], paths.ChooseExit(request with { AwayFrom = [relays[0]] }).Relay);
    }

    [Theory]
    [InlineData("relay9", null, null, "no relay in ExitNodes allows port 443")]
    [InlineData("relay1", "relay1", null, "no relay in ExitNodes outside ExcludeNodes allows port 443")]
    [InlineData(null, "relay1", "relay2", "no relay outside ExcludeNodes and ExcludeExitNodes allows port 443")]
    [InlineData(null, null, "*", "no relay outside ExcludeExitNodes allows port 443")]
    public void ChooseExit_OptionsLeaveNone_SaysWhichOptions(string? exitNodes, string? excludeNodes, string? excludeExitNodes, string failure)
    {
        Relay[] relays =
        [
            SyntheticNetwork.Relay(1, SyntheticNetwork.Usual | RelayFlags.Exit, 100, "accept 443"),
            SyntheticNetwork.Relay(2, SyntheticNetwork.Usual | RelayFlags.Exit, 100, "accept 443"),
            SyntheticNetwork.Relay(9, SyntheticNetwork.Usual | RelayFlags.Exit, 100, "accept 80"),
        ];
        PathConstraintTexts texts = new() { ExitNodes = exitNodes, ExcludeNodes = excludeNodes, ExcludeExitNodes = excludeExitNodes };
        Assert.True(texts.TryCompile(out PathConstraints constraints, out _));
        RelayChoice choice = new PathSelector(SyntheticNetwork.Of(relays), constraints, new SeededRandom(1)).ChooseExit(ExitRequest.ForPort(443));
        Assert.Null(choice.Relay);
        Assert.Equal(failure, choice.Failure);
    }

    [Fact]
    public void ChooseExit_NoneIsFastAndStable_DoesWithout()
    {
        Relay slow = SyntheticNetwork.Relay(1, RelayFlags.Running | RelayFlags.Valid | RelayFlags.Exit, 100, "accept 443");
        PathSelector paths = new(SyntheticNetwork.Of([slow]), PathConstraints.None, new SeededRandom(1));
        Assert.Same(slow, paths.ChooseExit(ExitRequest.ForPort(443, stable: true)).Relay);
    }

    [Theory]
    [InlineData(RelayFlags.Running)]
    [InlineData(RelayFlags.Valid)]
    public void Choose_RelayNotRunningOrNotValid_IsNever(object missing)
    {
        Relay relay = SyntheticNetwork.Relay(1, SyntheticNetwork.UsualGuard & ~(RelayFlags)missing, 100, "accept 443");
        PathSelector paths = new(SyntheticNetwork.Of([relay]), PathConstraints.None, new SeededRandom(1));
        Assert.Null(paths.ChooseExit(ExitRequest.ForPort(443)).Relay);
        Assert.Null(paths.ChooseMiddle([]).Relay);
        Assert.Null(paths.ChooseFirstHop(GuardRestriction.None).Relay);
    }

    // Bug 41276: addresses that a relay cannot have are never dialled and never asked for.
    [Theory]
    [InlineData("0.0.0.0:9001")]
    [InlineData("10.0.0.1:9001")]
    [InlineData("127.0.0.1:9001")]
    [InlineData("192.168.1.1:9001")]
    [InlineData("100.64.0.1:9001")]
    [InlineData("169.254.1.1:9001")]
    [InlineData("224.0.0.1:9001")]
    [InlineData("20.0.0.1:0")]
    public void Choose_RelayAtImpossibleAddress_IsNever(string orPort)
    {
        Relay relay = SyntheticNetwork.Relay(1, SyntheticNetwork.UsualGuard, 100, "accept 443").At(orPort);
        PathSelector paths = new(SyntheticNetwork.Of([relay]), PathConstraints.None, new SeededRandom(1));
        Assert.Null(paths.ChooseExit(ExitRequest.ForPort(443)).Relay);
        Assert.Null(paths.ChooseMiddle([]).Relay);
        Assert.Null(paths.ChooseFirstHop(GuardRestriction.None).Relay);
        Assert.Null(paths.ChooseDirectory(GuardRestriction.None).Relay);
        Assert.Empty(PathConstraints.None.DiallableOrPorts(relay));
    }

    [Fact]
    public void ReachableAddresses_ConcernOnlyTheFirstHop()
    {
        Assert.True(new PathConstraintTexts { ReachableAddresses = "*:443" }.TryCompile(out PathConstraints constraints, out _));
        Relay relay = SyntheticNetwork.Relay(1, SyntheticNetwork.UsualGuard, 100, "accept 443");
        PathSelector paths = new(SyntheticNetwork.Of([relay]), constraints, new SeededRandom(1));
        Assert.Same(relay, paths.ChooseExit(ExitRequest.ForPort(443)).Relay);
        Assert.Same(relay, paths.ChooseMiddle([]).Relay);
        Assert.Equal("no relay can be our first hop within ReachableAddresses", paths.ChooseFirstHop(GuardRestriction.None).Failure);
    }

    [Fact]
    public void DiallableOrPorts_ByFamily_AreThoseAllowed()
    {
        Relay relay = SyntheticNetwork.Relay(1).At("20.0.0.1:9001", "[2600::1]:9001");
        Assert.Equal([relay.OrPort, relay.OrPortV6!], PathConstraints.None.DiallableOrPorts(relay));
        Assert.Equal([relay.OrPortV6!], (PathConstraints.None with { ClientUseIPv4 = false }).DiallableOrPorts(relay));
        Assert.Equal([relay.OrPort], (PathConstraints.None with { ClientUseIPv6 = false }).DiallableOrPorts(relay));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void ChooseDirectory_ExcludedRelay_OnlyWithoutStrictNodes(bool strict, bool found)
    {
        Assert.True(new PathConstraintTexts { ExcludeNodes = "relay1", StrictNodes = strict }.TryCompile(out PathConstraints constraints, out _));
        PathSelector paths = new(SyntheticNetwork.Of([SyntheticNetwork.Relay(1)]), constraints, new SeededRandom(1));
        Assert.Equal(found, paths.ChooseDirectory(GuardRestriction.None).Relay is not null);
        Assert.Null(paths.ChooseMiddle([]).Relay);
    }

    [Fact]
    public void Compile_ManyProblems_ReportsEachWithItsOption()
    {
        PathConstraintTexts texts = new()
        {
            EntryNodes = "{us}",
            ExitNodes = "a b",
            ExcludeNodes = "1.2.3.4/99",
            ReachableAddresses = "maybe *",
            ClientUseIPv4 = false,
            ClientUseIPv6 = false,
        };
        Assert.False(texts.TryCompile(out _, out IReadOnlyList<string> problems));
        Assert.Equal(5, problems.Count);
        Assert.Contains(problems, problem => problem.StartsWith("EntryNodes: {us}", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("\"a b\"", StringComparison.Ordinal));
    }

    private static PathSelector New(ulong seed) => new(Network, PathConstraints.None, new SeededRandom(seed));

    // Written from dir-spec §3.8.3, not from the code under test.
    private static double Expected(Relay relay, string position, ushort port)
    {
        bool guard = relay.Has(RelayFlags.Guard);
        bool exit = relay.Has(RelayFlags.Exit) && !relay.Has(RelayFlags.BadExit);
        if (!relay.Has(RelayFlags.Fast))
            return 0;
        string kind = (guard, exit) switch
        {
            (true, true) => "d",
            (true, false) => "g",
            (false, true) => "e",
            _ => "m",
        };
        switch (position)
        {
            case "guard" when !guard || relay.Has(RelayFlags.MiddleOnly):
            case "exit" when relay.Has(RelayFlags.BadExit) || relay.Has(RelayFlags.MiddleOnly) || !relay.Microdescriptor!.ExitPolicy.Allows(port):
                return 0;
            default:
                return (double)relay.Bandwidth * SyntheticNetwork.Weights[$"W{position[0]}{kind}"];
        }
    }

    private static bool Related(Relay a, Relay b)
    {
        Microdescriptor x = a.Microdescriptor!;
        Microdescriptor y = b.Microdescriptor!;
        return a.RsaIdentity == b.RsaIdentity
            || Prefix(a.OrPort, 2) == Prefix(b.OrPort, 2)
            || (a.OrPortV6 is { } v6 && b.OrPortV6 is { } w6 && Prefix(v6, 4) == Prefix(w6, 4))
            || (x.Family.Contains(b.RsaIdentity) && y.Family.Contains(a.RsaIdentity))
            || x.FamilyIds.Intersect(y.FamilyIds).Any();
    }

    private static string Prefix(IPEndPoint endPoint, int bytes) => Convert.ToHexString(endPoint.Address.GetAddressBytes().AsSpan(0, bytes));
}
