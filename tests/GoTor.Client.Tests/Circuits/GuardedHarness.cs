using System.Diagnostics.Metrics;
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
using GoTor.Testing.ScriptedRelay;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Circuits;

/// <summary>
/// The care of circuits with its real guards and path selection, over relays that a test gives: the first of them guards, then
/// two middles, then exits. Time is the test's.
/// </summary>
internal sealed class GuardedHarness : IAsyncDisposable
{
    private const int Moment = 2000; // Milliseconds of real time: far more than it takes to act on a timer.

    private readonly TemporaryDirectory _folder = new();
    private readonly DataDirectory _data;
    private readonly StateFile _state;
    private readonly GuardMetrics _guardMetrics;
    private readonly GuardStore _guardStore = new();

    public GuardedHarness(IReadOnlyList<ScriptedHop> hops, int guards, ICircuitBuilder builder, IMeterFactory meters, FakeTimeProvider time, bool learn = false)
    {
        Time = time;
        Options = new TorClientOptions
        {
            DataDirectory = _folder.FullPath,
            EnforceDistinctSubnets = false,
            ExtendAllowPrivateAddresses = true,
            LearnCircuitBuildTimeout = learn,
            SocksTimeout = TimeSpan.FromHours(1), // Tests let minutes pass.
        };
        _data = DataDirectory.Open(_folder.FullPath, NullLogger<DataDirectory>.Instance);
        _state = StateFile.Open(_data, time, NullLogger<StateFile>.Instance);
        _guardMetrics = new GuardMetrics(meters);
        Network = new FixedNetwork(SyntheticNetwork.Of([.. hops.Select((hop, index) => RelayOf(hop, index, guards))]));
        Guards = new GuardManager(Options, _guardStore, TorRandom.Secure, time, _guardMetrics, NullLogger<GuardManager>.Instance);
        Guards.OnNetworkChanged(Network.Current);
        BuildTimeout = new SharedBuildTimeout(
            BuildTimeoutParameters.From(ConsensusParameters.Default, Options.CircuitBuildTimeout, learn), _state, time, TorRandom.Secure);
        Manager = new CircuitManager(
            Options,
            new CircuitManagerServices
            {
                Builder = builder,
                Planner = new PathPlanner(Network, Guards, TorRandom.Secure),
                Guards = Guards,
                Network = Network,
                BuildTimeout = BuildTimeout,
                Predicted = new PredictedPorts(Options.LongLivedPorts, TimeSpan.FromHours(1), time.GetUtcNow()),
                Bootstrap = new BootstrapStatus(),
                Time = time,
                Random = TorRandom.Secure,
            },
            NullLoggerFactory.Instance,
            meters);
        Connector = new StreamConnector(Manager, time, NullLogger<StreamConnector>.Instance);
    }

    public FakeTimeProvider Time { get; }

    public TorClientOptions Options { get; }

    public FixedNetwork Network { get; }

    public GuardManager Guards { get; }

    public GuardCounts GuardCounts => _guardMetrics.Current;

    public SharedBuildTimeout BuildTimeout { get; }

    public CircuitManager Manager { get; }

    public StreamConnector Connector { get; }

    /// <summary>The guard that a circuit would get now.</summary>
    public RsaIdentity NextGuard() => PickGuard().Relay.RsaIdentity;

    /// <summary>The guards that are tried before all others.</summary>
    public IReadOnlyList<RsaIdentity> PrimaryGuards() =>
        [.. PickGuard().Selector!.Sample.Primary(Time.GetUtcNow()).Select(guard => guard.RsaIdentity)];

    /// <summary>All primary guards have been used before: what is confirmed later comes behind them.</summary>
    public void ConfirmPrimaryGuards()
    {
        int primary = PrimaryGuards().Count;
        // Requests to directories are spread over all of them.
        while (GuardCounts.Confirmed < primary)
            Guards.ReportSuccess(Guards.Pick(GuardUsage.Directory, GuardRestriction.None)!);
    }

    public Task<TorStream> ConnectAsync(string host = "echo", string? user = null) =>
        Connector.ConnectAsync(ManagerHarness.Request(host, user), CancellationToken.None).WaitAsync(CircuitHarness.Patience);

    /// <summary>Lets so much time pass that a limit is over. Again when it came before the limit began to count.</summary>
    public Task PassAsync(TimeSpan limit, Func<bool> condition) => StepAsync(limit, Moment, condition);

    /// <summary>Lets seconds pass, one by one, with pauses in which others act.</summary>
    public Task PassSecondsAsync(Func<bool> condition) => StepAsync(TimeSpan.FromSeconds(1), Moment / 20, condition);

    /// <summary>What would be kept about our guards.</summary>
    public IReadOnlyList<string> GuardLines => _guardStore.Lines;

    public IReadOnlyList<string> StateLines(string key) => _state.GetLines(key);

    /// <summary>What a new process would have learned from the state file.</summary>
    public SharedBuildTimeout Restart()
    {
        Assert.True(_state.Flush());
        return new SharedBuildTimeout(
            BuildTimeoutParameters.From(ConsensusParameters.Default), StateFile.Open(_data, Time, NullLogger<StateFile>.Instance), Time, TorRandom.Secure);
    }

    public async ValueTask DisposeAsync()
    {
        await Manager.DisposeAsync();
        Guards.Dispose();
        _state.Dispose();
        _data.Dispose();
        _folder.Dispose();
    }

    private async Task StepAsync(TimeSpan step, int pause, Func<bool> condition)
    {
        long started = Environment.TickCount64;
        for (long stepped = started - pause; !condition(); await Task.Yield())
        {
            Assert.True(Environment.TickCount64 - started < CircuitHarness.Patience.TotalMilliseconds, "It did not happen.");
            if (Environment.TickCount64 - stepped < pause)
                continue;
            Time.Advance(step);
            stepped = Environment.TickCount64;
        }
    }

    private GuardChoice PickGuard()
    {
        GuardChoice choice = Guards.Pick(GuardUsage.Traffic, GuardRestriction.None) ?? throw new InvalidOperationException("No guard may be used now.");
        Guards.ReportAbandoned(choice);
        return choice;
    }

    private static Relay RelayOf(ScriptedHop hop, int index, int guards)
    {
        bool exits = index >= guards + 2;
        Relay relay = SyntheticNetwork.Relay(
            index,
            index < guards ? SyntheticNetwork.UsualGuard : exits ? SyntheticNetwork.Usual | RelayFlags.Exit : SyntheticNetwork.Usual,
            exitPolicy: exits ? "accept 1-65535" : null);
        return relay with
        {
            RsaIdentity = hop.RsaIdentity,
            OrPort = hop.Target.OrPorts[0],
            Protocols = hop.Target.Protocols,
            Microdescriptor = relay.Microdescriptor! with { NtorOnionKey = hop.Target.NtorOnionKey, Ed25519Identity = hop.Ed25519Identity },
        };
    }

    internal sealed class FixedNetwork(NetworkSnapshot snapshot) : INetworkSource
    {
        public NetworkSnapshot Current => snapshot;

        public bool HasEnoughDirectoryInfo => true;

        public event Action? Changed
        {
            add { }
            remove { }
        }
    }

    private sealed class GuardStore : IGuardStateStore
    {
        private IReadOnlyList<string> _lines = [];

        public IReadOnlyList<string> Lines => Volatile.Read(ref _lines);

        public IReadOnlyList<string> LoadGuardLines() => [];

        public void SaveGuardLines(IReadOnlyList<string> lines) => Volatile.Write(ref _lines, lines);
    }
}
