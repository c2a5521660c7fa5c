using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Networks;

/// <summary>Relays of C tor: the interop tier. Where C tor is not installed, every test that asks for it is skipped.</summary>
public sealed class CTorNetwork : TestNetwork
{
    private PrivateTorNetwork? _network;

    internal PrivateTorNetwork Network
    {
        get
        {
            Skip.If(PrivateTorNetwork.WhyNot is not null, PrivateTorNetwork.WhyNot);
            return _network!;
        }
    }

    internal override IReadOnlyList<string> ClientTorrcLines => Network.ClientTorrcLines;

    internal override IReadOnlyList<IFaultyRelay> Relays => Network.Relays;

    internal override IReadOnlyList<IFaultyRelay> Guards => [.. Network.Having(TestRelayRole.Relay)];

    internal override TargetServer Target => Network.Target;

    internal override int NameLookups => Network.DnsQueries;

    internal override int DirectoryRequests => RelayWatch.ClientDirectoryRequests(Network);

    internal override string ReverseAddress => "203.0.113.5";

    internal override Task<ExitStream[]> StreamsAsync(IReadOnlyCollection<int> targetPorts, int expected) =>
        RelayWatch.StreamsAsync(Network, targetPorts, expected);

    internal override string NewFolder(string name) => Network.NewFolder(name);

    public override async Task InitializeAsync()
    {
        if (PrivateTorNetwork.WhyNot is null)
            _network = await PrivateTorNetwork.StartAsync(new() { Watched = true, VotingInterval = TimeSpan.FromMinutes(30) });
    }

    private protected override async Task StopAsync()
    {
        if (_network is not null)
            await _network.DisposeAsync();
    }
}

/// <summary>Tests that leave the relays alone.</summary>
[CollectionDefinition(Name)]
public sealed class OnCTor : ICollectionFixture<CTorNetwork>
{
    public const string Name = "a network of C tor's relays";
}

/// <summary>Tests that kill and freeze relays; each leaves the network whole.</summary>
[CollectionDefinition(Name)]
public sealed class OnFaultyCTor : ICollectionFixture<CTorNetwork>
{
    public const string Name = "a network of C tor with faults";
}
