using System.Collections.Concurrent;
using System.Net;
using GoTor.Protocol.Cells.Relay;
using GoTor.Sandbox;
using GoTor.Sandbox.Circuits;
using GoTor.Sandbox.Relays;
using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;

namespace GoTor.Integration.Tests.Networks;

/// <summary>The sandbox, in the tests' own process: all that it needs is .NET.</summary>
public sealed class SandboxNetwork : TestNetwork
{
    private static readonly string[] s_names =
    [
        "canary.test", "canary-name.test", "curl.test", "echo.test", "resolved.test", "torsocks.test",
        .. Enumerable.Range(0, 8).Select(i => $"canary{i}.test"),
    ];

    private readonly ConcurrentQueue<ExitStream> _streams = [];
    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-{Guid.NewGuid():n}"));
    private TorSandbox? _network;
    private IReadOnlyList<IFaultyRelay> _relays = [];
    private int _folders;

    internal override IReadOnlyList<string> ClientTorrcLines => _network!.ClientTorrc;

    internal override IReadOnlyList<IFaultyRelay> Relays => _relays;

    internal override IReadOnlyList<IFaultyRelay> Guards => [.. _relays.Where(relay => relay.Name.StartsWith("guard", StringComparison.Ordinal))];

    internal override TargetServer Target { get; } = new();

    internal override int NameLookups => _network!.Relays.Sum(relay => relay.Exits.Lookups);

    internal override int DirectoryRequests => _network!.Archive.Requests;

    // Hosts of a sandbox have addresses of this machine.
    internal override string ReverseAddress => "127.0.113.5";

    internal override async Task<ExitStream[]> StreamsAsync(IReadOnlyCollection<int> targetPorts, int expected)
    {
        ExitStream[] found = [];
        await Wait.UntilAsync(
            () => (found = [.. _streams.Where(stream => targetPorts.Contains(stream.TargetPort))]).Length >= expected,
            TimeSpan.FromSeconds(60),
            () => $"The exits know of these streams only: {string.Join(", ", found)}");
        return found;
    }

    internal override string NewFolder(string name) =>
        PrivateFolder.Create(Path.Combine(_folder, $"{name}-{Interlocked.Increment(ref _folders)}"));

    public override async Task InitializeAsync()
    {
        _network = await TorSandbox.StartAsync(new TorSandboxOptions
        {
            Guards = 4,
            Hosts = s_names.ToDictionary(name => name, _ => IPAddress.Loopback)
                .Append(new("reverse.test", IPAddress.Parse(ReverseAddress))).ToDictionary(),
        });
        _relays = [.. _network.Relays.Select(relay => new FaultySandboxRelay(relay))];
        foreach (SandboxRelay relay in _network.Relays)
            relay.Exits.Begun += (circuit, begin) => Note(relay, circuit, begin);
    }

    private void Note(SandboxRelay exit, RelayCircuit circuit, BeginMessage begin) =>
        _streams.Enqueue(new ExitStream(exit.Nickname, circuit, new object(), begin.Port));

    private protected override async Task StopAsync()
    {
        await Target.DisposeAsync();
        if (_network is not null)
            await _network.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Tests that leave the relays alone.</summary>
[CollectionDefinition(Name)]
public sealed class OnSandbox : ICollectionFixture<SandboxNetwork>
{
    public const string Name = "a sandbox";
}

/// <summary>Tests that kill and freeze relays; each leaves the network whole.</summary>
[CollectionDefinition(Name)]
public sealed class OnFaultySandbox : ICollectionFixture<SandboxNetwork>
{
    public const string Name = "a sandbox with faults";
}
