using System.Diagnostics.Metrics;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Directory;
using GoTor.Client.Directory.Servers;
using GoTor.Client.Guards;
using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Dns;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Storage;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry;
using GoTor.Client.Transport;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client;

/// <summary>
/// A Tor client: the front door of this library. Opens its data directory, keeps its picture of the network, builds circuits and
/// carries streams. Safe for concurrent use. One per data directory.
/// </summary>
internal sealed class TorClient : IAsyncDisposable
{
    private static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(2);

    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly TorRandom _random;
    private readonly DataDirectory _data;
    private readonly StateFile _state;
    private readonly ChannelManager _channels;
    private readonly GuardManager _guards;
    private readonly DirectoryManager _directory;
    private readonly OneHopConnector _directoryCircuits;
    private readonly CircuitManager _circuits;
    private readonly SharedBuildTimeout _buildTimeout;
    private readonly ProxyMetrics _proxyMetrics;
    private readonly DnsMetrics _dnsMetrics;
    private readonly DestinationMapper _mapper;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<string> _fatal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CountryFiles? _countries;
    private TorClientOptions _options;
    private readonly HashSet<RsaIdentity> _trustedClocks;
    private NetworkSnapshot? _network;
    private ClockSkewObservation? _clockSkew;
    private Task _running = Task.CompletedTask;

    private TorClient(TorClientOptions options, DataDirectory data, ILoggerFactory loggers, IMeterFactory meters, TimeProvider time, TorRandom random)
    {
        (_options, _data, _loggers, _time, _random) = (options, data, loggers, time, random);
        _state = StateFile.Open(data, time, loggers.CreateLogger<StateFile>());
        _proxyMetrics = new ProxyMetrics(meters);
        _dnsMetrics = new DnsMetrics(meters);
        _guards = new GuardManager(options, new GuardState(_state), random, time, new GuardMetrics(meters), loggers.CreateLogger<GuardManager>());
        ChannelMetrics traffic = new(meters);
        CircuitRegistry circuitRecords = new(time);
        StreamRegistry streamRecords = new();
        _channels = new ChannelManager(options, new TcpConnector(time), () => Parameters, time, random, traffic, loggers);
        CircuitBuilder builder = new(
            _channels, () => CircuitSettings.From(Parameters), time, random, new CircuitMetrics(meters), new StreamMetrics(meters), loggers, circuitRecords);
        _directoryCircuits = new OneHopConnector(builder, time);
        DirectorySetup setup = DirectorySetup.From(options, _guards.Constraints, CacheDirectoryOf(options, data));
        _trustedClocks = [.. setup.Authorities.Concat(setup.Fallbacks).Select(server => server.Identity)];
        _directory = new DirectoryManager(
            setup,
            new DirectoryServices(
                _directoryCircuits, new GuardDirectory(_guards), Bootstrap, new DirectoryMetrics(meters, time), random, time, loggers.CreateLogger<DirectoryManager>()));
        _buildTimeout = new SharedBuildTimeout(BuildTimeoutParametersOf(options), _state, time, random);
        _circuits = new CircuitManager(
            options,
            new CircuitManagerServices
            {
                Builder = builder,
                Planner = new PathPlanner(_directory, _guards, random),
                Guards = _guards,
                Network = _directory,
                BuildTimeout = _buildTimeout,
                Predicted = new PredictedPorts(options.LongLivedPorts, DrawReadiness(ConsensusParameters.Default), time.GetUtcNow()),
                Bootstrap = Bootstrap,
                Time = time,
                Random = random,
                Registry = circuitRecords,
            },
            loggers,
            meters);
        _circuits.DirectoryWanted += _directory.Hurry;
        AddressMap = new AddressMap(options.AddressMap, random, time);
        _mapper = new DestinationMapper(AddressMap, FindExit);
        Streams = new ExitTracker(new StreamConnector(_circuits, time, loggers.CreateLogger<StreamConnector>(), streamRecords), AddressMap, time);
        Parts = new ClientParts
        {
            Circuits = _circuits,
            CircuitRecords = circuitRecords,
            Streams = Streams,
            AddressMap = AddressMap,
            Mapper = _mapper,
            ProxyRules = () => ServerOptions,
            StreamRecords = streamRecords,
            Channels = _channels,
            Traffic = traffic,
            Guards = _guards,
            Directory = _directory,
            BuildTimeout = _buildTimeout,
            Bootstrap = Bootstrap,
            CacheDirectory = CacheDirectoryOf(options, data),
            Time = time,
        };
        _channels.Progressed += ReportProgress;
        _channels.ClockSkewObserved += WarnOfClock;
        _channels.ClockRead += NoteClock;
        _directory.Changed += TakeNetwork;
        _ = new ClientMetrics(meters, time, Bootstrap, () => _channels.QueuedCells, () => ClockSkew);
        Bootstrap.Changed += _ => StatusChanged?.Invoke();
        _channels.Changed += () => StatusChanged?.Invoke();
        _directory.Changed += () => StatusChanged?.Invoke();
        _circuits.Changed += () => StatusChanged?.Invoke();
    }

    /// <summary>Something has happened that may show in <see cref="Status"/>. Raised on any thread; handlers are quick and do not throw.</summary>
    public event Action? StatusChanged;

    public BootstrapStatus Bootstrap { get; } = new();

    /// <summary>How the client is at this moment.</summary>
    public ClientStatus Status => new(
        Bootstrap.Current,
        _directory.Census,
        _directory.MissingDirectoryInfo,
        _guards.Counts,
        Volatile.Read(ref _options).UseEntryGuards,
        _circuits.Counts,
        _channels.OpenCount,
        ClockSkew);

    /// <summary>Opens streams through Tor.</summary>
    public IStreamConnector Streams { get; }

    /// <summary>Which country an address is in. The first question reads the files.</summary>
    public CountryFiles Countries => _countries ??= CountryFiles.From(_options);

    /// <summary>What names and addresses of applications stand for.</summary>
    public AddressMap AddressMap { get; }

    /// <summary>What a controller looks at and turns.</summary>
    public ClientParts Parts { get; }

    /// <summary>Completes with the reason when the client cannot go on.</summary>
    public Task<string> Fatal => _fatal.Task;

    private TimeSpan? ClockSkew => Volatile.Read(ref _clockSkew)?.Skew;

    private ConsensusParameters Parameters => _directory?.Current?.Parameters ?? ConsensusParameters.Default;

    /// <summary>Takes the data directory and reads what it holds. No connection is opened before <see cref="Start"/>.</summary>
    /// <exception cref="StorageException">The data directory is in use, unsafe, read-only or full.</exception>
    /// <exception cref="TorException">An option makes no sense.</exception>
    public static TorClient Open(TorClientOptions options, ILoggerFactory loggers, IMeterFactory meters, TimeProvider time, TorRandom random)
    {
        DataDirectory data = DataDirectory.Open(options.DataDirectory, loggers.CreateLogger<DataDirectory>());
        try
        {
            return new TorClient(options, data, loggers, meters, time, random);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>A SOCKS server in front of this client; not started yet.</summary>
    public SocksServer CreateSocksServer() => new(
        ServerOptions, Streams, _mapper, _proxyMetrics, _time, _loggers.CreateLogger<SocksServer>());

    /// <summary>A DNS server in front of this client; not started yet.</summary>
    public DnsServer CreateDnsServer() => new(
        ServerOptions, Streams, _mapper, _proxyMetrics, _dnsMetrics, _time, _loggers.CreateLogger<DnsServer>());

    private SocksServerOptions ServerOptions => new()
    {
        SocksTimeout = _options.SocksTimeout,
        SocksPolicy = _options.SocksPolicy,
        ClientRejectInternalAddresses = _options.ClientRejectInternalAddresses,
        ClientDnsRejectInternalAddresses = _options.ClientDnsRejectInternalAddresses ?? _options.ClientRejectInternalAddresses,
        SafeSocks = _options.SafeSocks,
        TestSocks = _options.TestSocks,
        WarnPlaintextPorts = _options.WarnPlaintextPorts,
        RejectPlaintextPorts = _options.RejectPlaintextPorts,
    };

    public void Start()
    {
        _circuits.Start();
        _running = Task.Run(RunAsync);
    }

    /// <summary>Goes by new options. Those of the data directory and of the authorities stay as they are.</summary>
    /// <exception cref="TorException">An option makes no sense; the old ones stay in force.</exception>
    public void Reconfigure(TorClientOptions options)
    {
        bool onlyMaps = options with { AddressMap = _options.AddressMap } == _options;
        if (onlyMaps)
        {
            AddressMap.Reconfigure(options.AddressMap);
            _options = options;
            return;
        }

        // The one step that may refuse comes before all others.
        _guards.OnOptionsChanged(options);
        AddressMap.Reconfigure(options.AddressMap);
        if ((options.GeoIpFile, options.GeoIpV6File) != (_options.GeoIpFile, _options.GeoIpV6File))
            _countries = null;
        _options = options;
        AddressMap.ClearTrackedExits(exit => _network?.Find(exit) is { } relay && _guards.Constraints.AllowsAsExit(relay));
        _buildTimeout.Configure(BuildTimeoutParametersOf(options));
        _circuits.Reconfigure(options);
        _directory.GuardsChanged();
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        await _running;
        // Circuits that end drop what they have queued: first let go out what applications have finished with.
        await _channels.FlushAsync(FlushPatience);
        await _circuits.DisposeAsync();
        await _directoryCircuits.DisposeAsync();
        await _channels.DisposeAsync();
        _guards.Dispose();
        _state.Flush();
        _state.Dispose();
        _data.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await _directory.RunAsync(_stopping.Token);
        }
        catch (TorException error)
        {
            _fatal.TrySetResult(error.Message);
        }
#pragma warning disable CA1031 // Whatever it is, the client cannot go on without its directory, and the host must hear of it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _fatal.TrySetResult($"The directory stopped for a reason that is our own mistake: {error.GetType().Name}.");
        }
    }

    /// <summary>The same steps count once for the directory and once, when it is complete, for the first circuit. control-spec §5.5.</summary>
    private void ReportProgress(BootstrapPhase phase)
    {
        if (!_directory.HasEnoughDirectoryInfo)
        {
            Bootstrap.Report(phase);
            return;
        }

        Bootstrap.Report(phase switch
        {
            BootstrapPhase.Connecting => BootstrapPhase.ConnectingForCircuits,
            BootstrapPhase.Connected => BootstrapPhase.ConnectedForCircuits,
            BootstrapPhase.Handshaking => BootstrapPhase.HandshakingForCircuits,
            _ => BootstrapPhase.HandshakeForCircuitsDone,
        });
    }

    private void WarnOfClock(ClockSkewObservation skew)
    {
        // Any relay could claim that our clock is wrong; those that the network was bootstrapped from are believed, as in C tor.
        if (!_trustedClocks.Contains(skew.Source))
            return;
        TimeSpan amount = skew.Skew.Duration();
        Bootstrap.Warn(
            $"Our clock is {(skew.Skew > TimeSpan.Zero ? "ahead of" : "behind")} a relay's by {(int)amount.TotalHours} h {amount.Minutes} min. "
            + "Tor needs the right time: check the clock, the date and the time zone.");
    }

    private void NoteClock(ClockSkewObservation reading)
    {
        if (_trustedClocks.Contains(reading.Source))
            Volatile.Write(ref _clockSkew, reading);
    }

    private void TakeNetwork()
    {
        if (_directory.Current is not { } network)
            return;
        if (_guards.OnNetworkChanged(network))
            _circuits.RetireAll();
        if (ReferenceEquals(Interlocked.Exchange(ref _network, network)?.Parameters, network.Parameters))
            return;
        _buildTimeout.Configure(BuildTimeoutParametersOf(_options));
        _circuits.KeepReadyFor(DrawReadiness(network.Parameters));
    }

    /// <summary>An exit by fingerprint or nickname, unless the options exclude it.</summary>
    private Relay? FindExit(string name)
    {
        if (_network is not { } network)
            return null;
        Relay? relay = RsaIdentity.TryParseHex(name.TrimStart('$').Split('~', '=')[0], out RsaIdentity identity)
            ? network.Find(identity)
            : network.Relays.FirstOrDefault(candidate => candidate.Nickname.Equals(name, StringComparison.OrdinalIgnoreCase));
        return relay is not null && _guards.Constraints.AllowsInPath(relay) && !_guards.Constraints.ExcludeExitNodes.Contains(relay) ? relay : null;
    }

    private TimeSpan DrawReadiness(ConsensusParameters parameters) =>
        PredictedPorts.DrawMemory(parameters, _options.ReducedConnectionPadding, _random);

    private BuildTimeoutParameters BuildTimeoutParametersOf(TorClientOptions options) =>
        BuildTimeoutParameters.From(Parameters, options.CircuitBuildTimeout, options.LearnCircuitBuildTimeout);

    private string CacheDirectoryOf(TorClientOptions options, DataDirectory data)
    {
        if (options.CacheDirectory is not { } path)
            return data.FullPath;
        PrivateDirectory.Ensure(path, _loggers.CreateLogger<DataDirectory>());
        return Path.GetFullPath(path);
    }

    private sealed class GuardState(StateFile state) : IGuardStateStore
    {
        private const string Key = "Guard";

        public IReadOnlyList<string> LoadGuardLines() => state.GetLines(Key);

        public void SaveGuardLines(IReadOnlyList<string> lines) => state.SetLines(Key, lines);
    }
}
