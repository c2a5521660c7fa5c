using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Circuits;
using GoTor.Sandbox.Demo;
using GoTor.Sandbox.Directories;
using GoTor.Sandbox.Faults;
using GoTor.Sandbox.Links;
using GoTor.Sandbox.Relays;
using Microsoft.Extensions.Logging;

namespace GoTor.Sandbox;

/// <summary>
/// A whole Tor network in this process, on loopback: authorities, guards, middles and exits that speak Tor with anyone who connects, GoTor or
/// C tor. It hides nothing, since everything in it is in one hand. Its relays dial each other and nobody else; its exits reach this machine
/// and sites within the process. Safe for concurrent use.
/// </summary>
public sealed class TorSandbox : IAsyncDisposable
{
    private const int IntervalsPerSharedRandom = 24;
    private const int LeastHsDirInterval = 5;

    private readonly TorSandboxOptions _options;
    private readonly DemoSite _demo;

    // One for all: no relay of ours answers TAP.
    private readonly Lazy<RsaSigningKey> _tapKey = new(() => RsaSigningKey.Generate(1024));
    private readonly LinkRegistry _links = new();
    private readonly DirectoryArchive _archive = new();
    private readonly ConcurrentDictionary<RsaIdentity, RelayAddress> _members = [];
    private readonly Lock _publisherLock = new();
    private readonly List<SandboxRelay> _relays = [];
    private readonly List<DirectorySigner> _signers = [];
    private readonly List<DirectoryPort> _directoryPorts = [];
    private readonly CancellationTokenSource _stopping = new();
    private X509Certificate2? _tls;
    private DirectoryPublisher? _publisher;
    private Task _publishing = Task.CompletedTask;

    private TorSandbox(TorSandboxOptions options)
    {
        _options = options;
        _demo = new DemoSite(options.Dashboard);
    }

    /// <summary>The lines of torrc that make a client, GoTor or C tor, one of this network. SocksPort and DataDirectory are the caller's.</summary>
    public IReadOnlyList<string> ClientTorrc =>
    [
        "TestingTorNetwork 1",
        "EnforceDistinctSubnets 0",
        .. ClientOptions.Authorities.Select((a, i) =>
            $"DirAuthority {a.Nickname} orport={a.OrPort.Port} no-v2 v3ident={a.V3Identity} {a.OrPort.Address}:{_directoryPorts[i].Port} {a.RsaIdentity}"),
    ];

    /// <summary>What makes a client of GoTor one of this network.</summary>
    public NetworkDescription ClientOptions => new(
    [
        .. _signers.Select((signer, i) =>
            new DirectoryAuthority(signer.Nickname, signer.V3Identity, _relays[i].Address.RsaIdentity, signer.OrPort)),
    ])
    {
        IsTesting = true,
        IsPrivate = true,
        HasDistinctSubnets = false,
    };

    /// <summary>All relays; the authorities come first.</summary>
    internal IReadOnlyList<SandboxRelay> Relays => _relays;

    internal DirectoryArchive Archive => _archive;

    /// <summary>Starts a network. When this completes, clients can bootstrap from it.</summary>
    /// <exception cref="ArgumentException">The options make no network.</exception>
    public static async Task<TorSandbox> StartAsync(TorSandboxOptions options, CancellationToken cancellationToken = default)
    {
        options.Check();
        var sandbox = new TorSandbox(options);
        try
        {
            await sandbox.BuildAsync(cancellationToken);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="StartAsync(TorSandboxOptions, CancellationToken)"/>
    public static Task<TorSandbox> StartAsync(CancellationToken cancellationToken = default) =>
        StartAsync(new TorSandboxOptions(), cancellationToken);

    /// <summary>Writes a torrc with <see cref="ClientTorrc"/> and whatever the caller adds.</summary>
    public void WriteTorrc(string path, params IEnumerable<string> lines) => File.WriteAllLines(path, [.. ClientTorrc, .. lines]);

    /// <summary>The nicknames of all relays, such as "guard0", "middle1" or "exit2"; those of the authorities come first.</summary>
    public IReadOnlyList<string> Nicknames => [.. _relays.Select(relay => relay.Nickname)];

    /// <summary>What is, or shall be, wrong with a relay.</summary>
    /// <exception cref="ArgumentException">There is no relay of that name.</exception>
    public RelayFaults Faults(string nickname) =>
        _relays.Find(relay => relay.Nickname == nickname)?.Faults
        ?? throw new ArgumentException($"There is no relay {nickname} in this sandbox.", nameof(nickname));

    /// <summary>What is, or shall be, wrong between two relays, in both directions.</summary>
    /// <exception cref="ArgumentException">There is no relay of one of these names, or both are the same.</exception>
    public LinkFaults Link(string one, string other)
    {
        foreach (string nickname in (string[])[one, other])
        {
            if (!_members.Values.Any(member => member.Nickname == nickname))
                throw new ArgumentException($"There is no relay {nickname} in this sandbox.");
        }

        return one != other ? _links.Faults(one, other) : throw new ArgumentException("A relay has no link to itself.");
    }

    /// <summary>
    /// Publishes a consensus that becomes valid so much after now; before now with a negative time, so that the negative of three intervals
    /// makes one that has expired. The next regular one is in order again.
    /// </summary>
    public void PublishConsensus(TimeSpan validAfter)
    {
        lock (_publisherLock)
            _archive.Publish(_publisher!.Make(_options.Time.GetUtcNow() + validAfter));
    }

    /// <summary>
    /// Takes a relay that runs elsewhere on this machine into the network: members extend to it, and the next consensus, which is published at
    /// once, lists it.
    /// </summary>
    /// <exception cref="ArgumentException">Its address is not one of loopback.</exception>
    internal void AddRelay(RelayDraft relay)
    {
        var address = new RelayAddress(relay.RsaIdentity, relay.Ed25519Identity, relay.OrPort) { Nickname = relay.Nickname, IsElsewhere = true };
        lock (_publisherLock)
        {
            _members[address.RsaIdentity] = address;
            _publisher!.Relays = [.. _publisher.Relays, new DescribedRelay(relay, [])];
        }

        PublishConsensus(TimeSpan.Zero);
    }

    /// <summary>Ends all relays. Nothing is left: no port, no task, no file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        await _publishing;
        foreach (DirectoryPort port in _directoryPorts)
            await port.DisposeAsync();
        await Task.WhenAll(_relays.Select(relay => relay.DisposeAsync().AsTask()));
        _tls?.Dispose();
    }

    private async Task BuildAsync(CancellationToken cancellationToken)
    {
        ILogger logger = _options.Loggers.CreateLogger<TorSandbox>();
        var directory = new DirectoryServer(_archive, _options.Time);
        IReadOnlyList<(string Name, RelayFlags Flags)> plan = [.. Plan()];
        _tls = RelayKeys.MakeTlsCertificate(_options.Time.GetUtcNow());
        // Offline: nobody must fetch what the certificate names.
        var tls = SslStreamCertificateContext.Create(_tls, additionalCertificates: null, offline: true);
        RelayKeys[] keys = await Task.WhenAll(plan.Select(_ => Task.Run(() => RelayKeys.Generate(_tls), cancellationToken)));
        Task<(RsaSigningKey Identity, RsaSigningKey Signing)>[] authorityKeys =
            [.. Enumerable.Range(0, _options.Authorities).Select(_ => Task.Run(AuthorityKeys, cancellationToken))];
        for (int i = 0; i < plan.Count; i++)
        {
            var relay = new SandboxRelay(new SandboxRelaySetup(
                plan[i].Name, keys[i], tls, plan[i].Flags, ExitsOf(plan[i].Flags), directory,
                identity => _members.GetValueOrDefault(identity), _links, _options.Time, logger));
            _relays.Add(relay);
            _members[relay.Address.RsaIdentity] = relay.Address;
        }

        for (int i = 0; i < authorityKeys.Length; i++)
        {
            (RsaSigningKey identity, RsaSigningKey signing) = await authorityKeys[i];
            _directoryPorts.Add(new DirectoryPort(directory, logger));
            _signers.Add(new DirectorySigner(plan[i].Name, identity, signing, _relays[i].Address.OrPort));
        }

        _publisher = new DirectoryPublisher(_signers, [.. _relays.Select(Describe)], Parameters(), _options.ConsensusInterval);
        PublishConsensus(TimeSpan.Zero);
        foreach (SandboxRelay relay in _relays)
            relay.Start();
        foreach (DirectoryPort port in _directoryPorts)
            port.Start();
        _publishing = PublishLoopAsync();
    }

    private async Task PublishLoopAsync()
    {
        using var timer = new PeriodicTimer(_options.ConsensusInterval, _options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                PublishConsensus(TimeSpan.Zero);
        }
        catch (OperationCanceledException)
        {
            // The network ends.
        }
    }

    // On a test network the periods of onion services follow the consensus: as long as a shared random value lives. What the parameter says
    // is for clients that think they are elsewhere; it must say the same.
    private Dictionary<string, int> Parameters()
    {
        var parameters = new Dictionary<string, int>(_options.ConsensusParameters);
        TimeSpan period = _options.ConsensusInterval * IntervalsPerSharedRandom;
        if (period >= TimeSpan.FromMinutes(LeastHsDirInterval))
            parameters.TryAdd("hsdir_interval", (int)period.TotalMinutes);
        return parameters;
    }

    private static (RsaSigningKey Identity, RsaSigningKey Signing) AuthorityKeys() => (RsaSigningKey.Generate(1024), RsaSigningKey.Generate(1024));

    private IEnumerable<(string Name, RelayFlags Flags)> Plan()
    {
        const RelayFlags Any = RelayFlags.Fast | RelayFlags.Running | RelayFlags.Stable | RelayFlags.V2Dir | RelayFlags.Valid;
        for (int i = 0; i < _options.Authorities; i++)
            yield return ($"authority{i}", Any | RelayFlags.Authority);
        int hsDirs = _options.HsDirs ?? int.MaxValue;
        foreach ((string kind, int count, RelayFlags flag) in new[]
        {
            ("guard", _options.Guards, RelayFlags.Guard),
            ("middle", _options.Middles, RelayFlags.None),
            ("exit", _options.Exits, RelayFlags.Exit),
        })
        {
            for (int i = 0; i < count; i++)
                yield return ($"{kind}{i}", Any | flag | (hsDirs-- > 0 ? RelayFlags.HSDir : RelayFlags.None));
        }
    }

    private ExitTargets ExitsOf(RelayFlags flags) => new(
        (flags & RelayFlags.Exit) != 0,
        new Dictionary<string, IPAddress>(_options.Hosts, StringComparer.OrdinalIgnoreCase) { ["localhost"] = IPAddress.Loopback },
        new Dictionary<string, Func<RelayCircuit, StreamTarget>> { [DemoSite.Host] = Demo });

    private InProcessTarget Demo(RelayCircuit circuit) => new((fromClient, toClient, cancellationToken) =>
        _demo.ServeAsync(_links.Trace(circuit), fromClient, toClient, cancellationToken));

    private DescribedRelay Describe(SandboxRelay relay)
    {
        RelayDraft draft = Draft(relay);
        var keys = new ServerDescriptorKeys(relay.Keys.Rsa, relay.Keys.Identity, relay.Keys.Signing, relay.Handshakes.OnionKey, _tapKey.Value);
        byte[] descriptor = ServerDescriptorWriter.Write(draft, keys, out RsaIdentity digest);
        return new DescribedRelay(draft with { DescriptorDigest = digest }, descriptor);
    }

    private RelayDraft Draft(SandboxRelay relay) => new()
    {
        Nickname = relay.Nickname,
        RsaIdentity = relay.Address.RsaIdentity,
        Ed25519Identity = relay.Keys.Identity.PublicKey,
        NtorOnionKey = relay.Handshakes.OnionKey.Agreement.PublicKey.ToArray(),
        TapOnionKey = _tapKey.Value.PublicKey.Der,
        OrPort = relay.Address.OrPort,
        Flags = relay.Flags,
        Protocols = SandboxProtocols.Relay,
        ExitPolicy = (relay.Flags & RelayFlags.Exit) != 0 ? "accept 1-65535" : null,
        Published = _options.Time.GetUtcNow(),
    };
}
