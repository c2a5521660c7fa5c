using GoTor.Client.Circuits;
using GoTor.Client.Directory;
using GoTor.Client.Guards;
using GoTor.Client.Storage;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Storage;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Paths.Guards;
using GoTor.Protocol.Wire;
using GoTor.Testing.Network;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Circuits;

/// <summary>
/// A circuit manager over a scripted network: hop 1 is the guard, hop 2 the middle, every further one an exit. Time is fake. The
/// planner's choices are the test's; guards are not used, so failures show in <see cref="Guards"/>' metrics only.
/// </summary>
internal sealed class ManagerHarness : IAsyncDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly CircuitHarness _circuits;
    private readonly DataDirectory _data;
    private readonly StateFile _state;

    public ManagerHarness(int exits = 3, TorClientOptions? options = null)
    {
        CircuitRecords = new CircuitRegistry(Time);
        _circuits = new CircuitHarness(hops: 2 + exits, registry: CircuitRecords);
        _data = DataDirectory.Open(_folder.FullPath, NullLogger<DataDirectory>.Instance);
        _state = StateFile.Open(_data, Time, NullLogger<StateFile>.Instance);
        options ??= new TorClientOptions { DataDirectory = _folder.FullPath, UseEntryGuards = false, LearnCircuitBuildTimeout = false };
        Guards = new GuardManager(options, new NoState(), TorRandom.Secure, Time, new GuardMetrics(_circuits.Meters), NullLogger<GuardManager>.Instance);
        Planner = new FixedPlanner(_circuits.Network.Path, Guards);
        Manager = new CircuitManager(
            options,
            new CircuitManagerServices
            {
                Builder = _circuits.Builder,
                Planner = Planner,
                Guards = Guards,
                Network = Network,
                BuildTimeout = new SharedBuildTimeout(
                    BuildTimeoutParameters.From(ConsensusParameters.Default, options.CircuitBuildTimeout, options.LearnCircuitBuildTimeout), _state, Time, TorRandom.Secure),
                Predicted = new PredictedPorts(options.LongLivedPorts, TimeSpan.FromHours(1), Time.GetUtcNow()),
                Bootstrap = Bootstrap,
                Time = Time,
                Random = TorRandom.Secure,
                Registry = CircuitRecords,
            },
            NullLoggerFactory.Instance,
            _circuits.Meters);
        Connector = new StreamConnector(Manager, Time, NullLogger<StreamConnector>.Instance, StreamRecords);
    }

    public FakeTimeProvider Time { get; } = new(SyntheticNetwork.Epoch);

    public CircuitHarness Circuits => _circuits;

    public GuardManager Guards { get; }

    public FixedPlanner Planner { get; }

    public FakeNetwork Network { get; } = new();

    public BootstrapStatus Bootstrap { get; } = new();

    public CircuitManager Manager { get; }

    public StreamConnector Connector { get; }

    public CircuitRegistry CircuitRecords { get; }

    public StreamRegistry StreamRecords { get; } = new();

    public static StreamRequest Request(string host = "echo", string? user = null, ushort port = 80) =>
        new() { Host = host, Port = port, Isolation = new IsolationKey { SocksUsername = user } };

    public Task<TorStream> ConnectAsync(string host = "echo", string? user = null) =>
        Connector.ConnectAsync(Request(host, user), CancellationToken.None).WaitAsync(CircuitHarness.Patience);

    /// <summary>Waits for a condition, letting fake time pass meanwhile.</summary>
    public Task EventuallyAsync(Func<bool> condition) => CircuitHarness.EventuallyAsync(() =>
    {
        if (condition())
            return true;
        Time.Advance(TimeSpan.FromMilliseconds(10));
        return false;
    });

    public async ValueTask DisposeAsync()
    {
        await Manager.DisposeAsync();
        Guards.Dispose();
        _state.Dispose();
        _data.Dispose();
        _circuits.Dispose();
        _folder.Dispose();
    }

    internal sealed class FakeNetwork : INetworkSource
    {
        public NetworkSnapshot? Current => null;

        public bool HasEnoughDirectoryInfo { get; private set; } = true;

        public event Action? Changed;

        public void Set(bool enough)
        {
            HasEnoughDirectoryInfo = enough;
            Changed?.Invoke();
        }
    }

    internal sealed class FixedPlanner(IReadOnlyList<HopTarget> hops, GuardManager guards) : IPathPlanner
    {
        private readonly Relay[] _relays =
        [
            .. hops.Select((hop, index) => SyntheticNetwork.Relay(index, SyntheticNetwork.UsualGuard | RelayFlags.Exit, exitPolicy: "accept 1-65535", exitPolicyV6: "accept 1-65535")
                with { RsaIdentity = hop.RsaIdentity!.Value }),
        ];

        private int _next;

        public IReadOnlyList<Relay> Relays => _relays;

        public string? Problem { get; set; }

        public int Planned => Volatile.Read(ref _next);

        public GuardManager Guards => guards;

        public PathPlan Plan(CircuitNeeds needs, IReadOnlySet<RsaIdentity> avoidExits)
        {
            if (Problem is not null)
                return new PathPlan(null, Problem);
            int[] free = [.. Enumerable.Range(2, hops.Count - 2).Where(index => !avoidExits.Contains(_relays[index].RsaIdentity))];
            if (free.Length == 0)
                return new PathPlan(null, "every exit has refused");
            int exit = free[Interlocked.Increment(ref _next) % free.Length];
            GuardChoice guard = new(_relays[0], hops[0].OrPorts, GuardUsage.Traffic, null, null);
            return new PathPlan(new PlannedPath(guard, [_relays[0], _relays[1], _relays[exit]], [hops[0], hops[1], hops[exit]]), null);
        }
    }

    private sealed class NoState : IGuardStateStore
    {
        public IReadOnlyList<string> LoadGuardLines() => [];

        public void SaveGuardLines(IReadOnlyList<string> lines)
        {
        }
    }
}
