using System.Net;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>
/// A Tor network of real C tor relays on loopback, with a target server and name servers behind its exits. Usable when
/// <see cref="StartAsync"/> returns: every relay has the consensus with all flags and all microdescriptors. Everything stops at
/// dispose, and also when the test process dies.
/// </summary>
/// <remarks>Each relay has an address in a /16 of its own. Guard is a flag of the plain relays alone.</remarks>
internal sealed class PrivateTorNetwork : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly string _folder;
    private readonly DnsResponder[] _nameServers;
    private int _folders;
    private IReadOnlyList<string> _authorityLines = [];

    private PrivateTorNetwork(PrivateTorNetworkOptions options)
    {
        // Unix socket paths are short, so the folder's must be.
        _folder = Directory.CreateTempSubdirectory("gotor-").FullName;
        int count = options.Authorities + options.Relays + options.Exits;
        IPAddress[] addresses = PortFinder.Addresses(count);
        Relays =
        [
            .. Enumerable.Range(0, count).Select(index =>
            {
                (TestRelayRole role, string name) =
                    index < options.Authorities ? (TestRelayRole.Authority, $"auth{index + 1}")
                    : index < options.Authorities + options.Relays ? (TestRelayRole.Relay, $"relay{index - options.Authorities + 1}")
                    : (TestRelayRole.Exit, $"exit{index - options.Authorities - options.Relays + 1}");
                return new TestRelay(
                    name, role, Path.Combine(_folder, name), PortFinder.Free(addresses[index]),
                    role == TestRelayRole.Authority ? PortFinder.Free(addresses[index]) : null);
            }),
        ];
        Target = new TargetServer(Having(TestRelayRole.Exit).Select(exit => exit.OrPort.Address));
        _nameServers = [.. Having(TestRelayRole.Exit).Select(exit => new DnsResponder(exit.OrPort.Address))];
    }

    /// <summary>Null when a network can run on this machine; otherwise the sentence for a skipped test.</summary>
    public static string? WhyNot => TorTools.WhyNoNetwork;

    public IReadOnlyList<TestRelay> Relays { get; }

    public TargetServer Target { get; }

    /// <summary>Names that the exits have looked up so far.</summary>
    public int DnsQueries => _nameServers.Sum(names => names.Queries);

    /// <summary>Torrc lines that make a client, ours or C tor's, one of this network.</summary>
    public IReadOnlyList<string> ClientTorrcLines => [.. _authorityLines, .. RelayTorrc.ForClients];

    /// <summary>Where a client of this network may connect to: the relays' ORPorts, and nothing else.</summary>
    public IReadOnlyList<IPEndPoint> OrPorts => [.. Relays.Select(relay => relay.OrPort)];

    public TestRelay this[string name] => Relays.First(relay => relay.Name == name);

    public IEnumerable<TestRelay> Having(TestRelayRole role) => Relays.Where(relay => relay.Role == role);

    /// <summary>Starts a network; if a chosen port was taken meanwhile, another one.</summary>
    /// <exception cref="TimeoutException">No usable consensus in time; the message holds the logs.</exception>
    public static async Task<PrivateTorNetwork> StartAsync(PrivateTorNetworkOptions? options = null, CancellationToken cancel = default)
    {
        for (int attempt = 1; ; attempt++)
        {
            PrivateTorNetwork network = new(options ?? new());
            try
            {
                await network.LaunchAsync(options ?? new(), cancel);
                return network;
            }
            catch (Exception e)
            {
                await network.DisposeAsync();
                if (e is OperationCanceledException || attempt == 3)
                    throw;
            }
        }
    }

    /// <returns>A new empty folder that goes when the network goes, for a client's data.</returns>
    public string NewFolder(string name) =>
        PrivateFolder.Create(Path.Combine(_folder, $"{name}-{Interlocked.Increment(ref _folders)}"));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Relays.Select(relay => relay.DisposeAsync().AsTask()));
        await Target.DisposeAsync();
        foreach (DnsResponder names in _nameServers)
            await names.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task LaunchAsync(PrivateTorNetworkOptions options, CancellationToken cancel)
    {
        foreach (TestRelay relay in Relays)
            PrivateFolder.Create(relay.Folder);
        foreach ((TestRelay exit, DnsResponder names) in Having(TestRelayRole.Exit).Zip(_nameServers))
            await File.WriteAllTextAsync(ResolvConf(exit), $"nameserver 127.0.0.1:{names.Port}\n", cancel);
        _authorityLines = await Task.WhenAll(
            Having(TestRelayRole.Authority).Select(authority => AuthorityKeys.MakeAsync(authority, cancel)));

        // A vote that misses somebody costs a whole interval, so the first one is far away until everybody has published.
        DateTimeOffset notYet = TimeProvider.System.GetUtcNow() + (options.VotingInterval / 2);
        foreach (TestRelay relay in Relays)
        {
            WriteTorrc(relay, options, notYet);
            relay.Start();
        }

        await WaitAsync(HasDescriptors, cancel);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await BandwidthFile.WriteAsync(_folder, Relays, options, now, cancel);
        foreach (TestRelay authority in Having(TestRelayRole.Authority))
        {
            WriteTorrc(authority, options, now + TimeSpan.FromSeconds((2 * RelayTorrc.VoteDelay) + 2));
            authority.Reload();
        }

        await WaitAsync(KnowsEverybody, cancel);
    }

    private static string ResolvConf(TestRelay exit) => Path.Combine(exit.Folder, "resolv.conf");

    private void WriteTorrc(TestRelay relay, PrivateTorNetworkOptions options, DateTimeOffset validAfter) =>
        File.WriteAllLines(
            Path.Combine(relay.Folder, "torrc"),
            [
                .. _authorityLines,
                .. RelayTorrc.Common(relay),
                .. relay.Role switch
                {
                    TestRelayRole.Authority => RelayTorrc.Authority(
                        options, Having(TestRelayRole.Relay), Path.Combine(_folder, BandwidthFile.Name), validAfter),
                    TestRelayRole.Exit => RelayTorrc.Exit(ResolvConf(relay)),
                    _ => [],
                },
                .. options.Watched ? [RelayTorrc.Watch(relay)] : Array.Empty<string>(),
                .. options.RelayLines,
            ]);

    /// <summary>Waits until something is true of every relay, and fails at once when one has died.</summary>
    private Task WaitAsync(Func<TestRelay, bool> condition, CancellationToken cancel) =>
        Wait.UntilAsync(
            () => Relays.All(relay => relay.IsRunning) ? Relays.All(condition) : throw new InvalidOperationException(Logs()),
            StartLimit, Logs, cancel);

    /// <summary>Whether it is no authority, or one that has everybody's descriptor.</summary>
    private bool HasDescriptors(TestRelay relay) =>
        relay.Role != TestRelayRole.Authority
        || Relays.All(other => Count(relay, "cached-descriptors.new", $"router {other.Name} ") > 0);

    /// <summary>Whether it has a consensus that lists all of us, and all our microdescriptors.</summary>
    private bool KnowsEverybody(TestRelay relay) =>
        Count(relay, "cached-microdesc-consensus", "\nr ") == Relays.Count
        && Count(relay, "cached-microdescs.new", "\nntor-onion-key ") >= Relays.Count;

    private static int Count(TestRelay relay, string file, string what)
    {
        string path = Path.Combine(relay.Folder, file);
        return File.Exists(path) ? File.ReadAllText(path).Split(what).Length - 1 : 0;
    }

    private string Logs() => string.Join('\n', Relays.Select(relay => $"--- {relay.Name}\n{relay.Log}"));
}
