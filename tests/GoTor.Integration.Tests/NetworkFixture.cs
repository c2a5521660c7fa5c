using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests;

/// <summary>
/// One private network for all tests of a collection, and one client of ours in it. Tests that change the client start their own.
/// The environment variable <c>GOTOR_TEST_CLIENT</c> names another program to test: a build of the node, or <c>tor</c> to see what
/// C tor does.
/// </summary>
public sealed class NetworkFixture : IAsyncLifetime
{
    private PrivateTorNetwork? _network;
    private ClientProcess? _client;

    internal static ClientProgram Program { get; } = Environment.GetEnvironmentVariable("GOTOR_TEST_CLIENT") switch
    {
        null or "" => ClientProgram.GoTor,
        "tor" => ClientProgram.CTor,
        string path => ClientProgram.Node(path),
    };

    /// <summary>The network. A test that asks for it is skipped where there can be none.</summary>
    internal PrivateTorNetwork Network
    {
        get
        {
            Skip.If(PrivateTorNetwork.WhyNot is not null, PrivateTorNetwork.WhyNot);
            return _network!;
        }
    }

    public async Task InitializeAsync()
    {
        if (PrivateTorNetwork.WhyNot is null)
            _network = await PrivateTorNetwork.StartAsync(new() { Watched = true, VotingInterval = TimeSpan.FromMinutes(30) });
    }

    /// <summary>The client that most tests share, bootstrapped.</summary>
    internal async Task<ClientProcess> ClientAsync() => _client ??= await StartAsync();

    /// <summary>Starts a client of the test's own, with a data directory of its own, and waits until it can fetch.</summary>
    internal Task<ClientProcess> StartAsync(params IEnumerable<string> torrcLines) =>
        StartInAsync(Network.NewFolder("client"), torrcLines);

    /// <summary>The same on a data directory that may have been used before.</summary>
    internal Task<ClientProcess> StartInAsync(string folder, params IEnumerable<string> torrcLines) =>
        ClientProcess.StartAsync(Program, Network, folder, torrcLines);

    public async Task DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        if (_network is not null)
            await _network.DisposeAsync();
    }
}

/// <summary>Tests that leave the network's relays alone.</summary>
[CollectionDefinition(Name)]
public sealed class SharedNetwork : ICollectionFixture<NetworkFixture>
{
    public const string Name = "a network that all share";
}

/// <summary>Tests that kill and freeze relays; each leaves the network whole.</summary>
[CollectionDefinition(Name)]
public sealed class FaultyNetwork : ICollectionFixture<NetworkFixture>
{
    public const string Name = "a network with faults";
}
