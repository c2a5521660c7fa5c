using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Circuits;
using GoTor.Sandbox.Directories;
using GoTor.Sandbox.Faults;
using GoTor.Sandbox.Links;
using GoTor.Sandbox.OnionServices;
using Microsoft.Extensions.Logging;

namespace GoTor.Sandbox.Relays;

/// <summary>What a relay of the sandbox is made of. Immutable.</summary>
/// <param name="Find">The members of its network: nobody else is ever dialled.</param>
/// <param name="Links">Where links between relays are registered, so that a path can be traced.</param>
internal sealed record SandboxRelaySetup(
    string Nickname,
    RelayKeys Keys,
    SslStreamCertificateContext Tls,
    RelayFlags Flags,
    ExitTargets Exits,
    DirectoryServer? Directory,
    Func<RsaIdentity, RelayAddress?> Find,
    LinkRegistry Links,
    TimeProvider Time,
    ILogger Logger);

/// <summary>
/// One relay: listens on a loopback port, answers link handshakes, and carries circuits to the other members of its sandbox. Safe for
/// concurrent use.
/// </summary>
internal sealed class SandboxRelay : IAsyncDisposable
{
    private const int MaxConnections = 2048;
    private const int Backlog = 512;
    private const int NoiseLength = 4096;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan CertsFreshFor = TimeSpan.FromHours(1);

    private readonly SandboxRelaySetup _setup;
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _tasks = [];
    private readonly HashSet<RelayLink> _links = [];
    private readonly Dictionary<RsaIdentity, Task<RelayLink?>> _outgoing = [];
    private readonly SslStreamCertificateContext _certificate;
    private CancellationTokenSource _stopping = new();
    private TcpListener? _listener;
    private CertsMessage? _certs;
    private DateTimeOffset _certsMade;
    private int _connections;

    /// <summary>Takes its port; nobody is answered before <see cref="Start"/>.</summary>
    public SandboxRelay(SandboxRelaySetup setup)
    {
        _setup = setup;
        _certificate = setup.Tls;
        Handshakes = new RelayHandshakes(setup.Keys.Rsa.PublicKey.Fingerprint, setup.Keys.Identity.PublicKey);
        Faults = new RelayFaults(this, setup.Time);
        if ((setup.Flags & RelayFlags.HSDir) != 0)
            OnionDescriptors = new OnionServiceDirectory(setup.Time);
        _listener = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        Address = new RelayAddress(
            setup.Keys.Rsa.PublicKey.Fingerprint, setup.Keys.Identity.PublicKey, (IPEndPoint)_listener.LocalEndpoint)
        {
            Nickname = setup.Nickname,
        };
    }

    public string Nickname => _setup.Nickname;

    public RelayKeys Keys => _setup.Keys;

    public RelayFlags Flags => _setup.Flags;

    public RelayAddress Address { get; }

    public RelayHandshakes Handshakes { get; }

    public ExitTargets Exits => _setup.Exits;

    /// <summary>Null for a relay that serves no directory.</summary>
    public DirectoryServer? Directory => _setup.Directory;

    /// <summary>Descriptors of onion services; null for a relay that keeps none.</summary>
    public OnionServiceDirectory? OnionDescriptors { get; }

    /// <summary>Circuits for which this relay is introduction or rendezvous point.</summary>
    public OnionServicePoints OnionServices { get; } = new();

    public RelayFaults Faults { get; }

    public ILogger Logger => _setup.Logger;

    public TimeProvider Time => _setup.Time;

    /// <summary>The open links at this moment, in both directions.</summary>
    public IReadOnlyList<RelayLink> Links
    {
        get
        {
            lock (_lock)
                return [.. _links];
        }
    }

    /// <summary>Answers whoever connects, until <see cref="StopAsync"/>.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
                _stopping = new CancellationTokenSource();
            _listener ??= Listen(Address.OrPort);
            Track(AcceptLoopAsync(_listener, _stopping.Token));
        }
    }

    /// <summary>Closes the port and all connections, and completes when nothing of them is left.</summary>
    public async Task StopAsync()
    {
        CancellationTokenSource stopping;
        lock (_lock)
            stopping = _stopping;
        // First the word, then the deed: whoever waits for a connection must know why there will be none.
        await stopping.CancelAsync();
        lock (_lock)
        {
            _listener?.Dispose();
            _listener = null;
        }

        Task[] tasks;
        do
        {
            DropLinks();
            lock (_lock)
                tasks = [.. _tasks, .. _outgoing.Values.Where(link => !link.IsCompleted)];
            await Task.WhenAll(tasks);
        }
        while (tasks.Length > 0);
    }

    /// <summary>Closes all connections.</summary>
    public void DropLinks()
    {
        foreach (RelayLink link in Links)
            link.Close();
    }

    /// <summary>Waits for the task when the relay ends. It never throws.</summary>
    public void Track(Task task)
    {
        if (task.IsCompleted)
            return;
        lock (_lock)
            _tasks.Add(task);
        task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The member that an EXTEND2 names; null when it is none, or this relay itself.</summary>
    public RelayAddress? FindTarget(IReadOnlyList<LinkSpecifier> specifiers)
    {
        LinkSpecifier? rsa = specifiers.FirstOrDefault(s => s.Type == LinkSpecifierType.RsaIdentity);
        if (rsa is null || _setup.Find(new RsaIdentity(rsa.Value.Span)) is not { } found || found.RsaIdentity == Address.RsaIdentity)
            return null;
        LinkSpecifier? ed = specifiers.FirstOrDefault(s => s.Type == LinkSpecifierType.Ed25519Identity);
        if (ed is not null && found.Ed25519Identity is { } known && new Ed25519Identity(ed.Value.Span) != known)
            return null;
        return found;
    }

    /// <summary>What is wrong between us and the relay at the other end; null when nothing is.</summary>
    public LinkFaults? LinkFaults(RelayLink link) => _setup.Links.FindFaults(link);

    /// <summary>Whether this member is at the other end of a link that was accepted.</summary>
    public bool IsPeer(RelayLink link, RelayAddress member) => _setup.Links.FindOtherEnd(link)?.Relay.Address.RsaIdentity == member.RsaIdentity;

    /// <summary>Whether a relay is at the other end: a member that connected, or one that said so in the handshake.</summary>
    public bool IsFromRelay(RelayLink link) => link.SaysRelay || _setup.Links.FindOtherEnd(link) is not null;

    /// <summary>An open link to another member: one that is there, or a new one. Null when there is none. Never throws.</summary>
    public Task<RelayLink?> LinkToAsync(RelayAddress target)
    {
        lock (_lock)
        {
            if (_outgoing.TryGetValue(target.RsaIdentity, out Task<RelayLink?>? known)
                && (!known.IsCompleted || known.Result is { IsOpen: true }))
            {
                return known;
            }

            return _outgoing[target.RsaIdentity] = Task.Run(() => ConnectAsync(target));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Faults.Thaw();
        await StopAsync();
        Handshakes.Dispose();
    }

    private static TcpListener Listen(IPEndPoint address)
    {
        var listener = new TcpListener(address);
        listener.Start(Backlog);
        return listener;
    }

    private void Forget(Task task)
    {
        lock (_lock)
            _tasks.Remove(task);
    }

    private Task AcceptLoopAsync(TcpListener listener, CancellationToken stopping) => AcceptLoop.RunAsync(
        listener.AcceptSocketAsync, Admit, e => SandboxLog.AcceptFailed(Logger, Nickname, e.Message), TimeProvider.System, stopping);

    private void Admit(Socket socket)
    {
        if (Interlocked.Increment(ref _connections) <= MaxConnections)
            Track(ServeAsync(socket));
        else
            Drop(socket);
    }

    private void Drop(Socket socket)
    {
        Interlocked.Decrement(ref _connections);
        socket.Dispose();
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield(); // The listener goes on.
        try
        {
            if (await AnswerAsync(socket) is { } link)
                await RunAsync(link);
        }
        finally
        {
            Drop(socket);
        }
    }

    private async Task<RelayLink?> AnswerAsync(Socket socket)
    {
        socket.NoDelay = true;
        if (Faults.Garbage == GarbageStep.Tls)
        {
            await SendNoiseAsync(new NetworkStream(socket));
            return null;
        }

        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        using CancellationTokenSource deadline = Deadline();
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = _certificate,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                },
                deadline.Token);
            if (Faults.Garbage == GarbageStep.Versions)
            {
                await SendNoiseAsync(tls);
                await tls.DisposeAsync();
                return null;
            }

            var reader = new LinkReader(tls);
            IPAddress peer = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            LinkAnswer answer = await LinkHandshakes.RespondAsync(tls, reader, Certs(), peer, Time.GetUtcNow(), deadline.Token);
            return new RelayLink(this, socket, tls, reader, isInitiator: false, answer);
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            SandboxLog.LinkViolation(Logger, Nickname, e.Message);
            await tls.DisposeAsync();
            return null;
        }
    }

    private async Task<RelayLink?> ConnectAsync(RelayAddress target)
    {
        var socket = new Socket(target.OrPort.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? tls = null;
        using CancellationTokenSource deadline = Deadline();
        try
        {
            await socket.ConnectAsync(target.OrPort, deadline.Token);
            byte[] certificate;
            LinkProof? proof = null;
            if (target.IsElsewhere)
            {
                ExportingTls exporting = await ExportingTls.ConnectAsync(
                    new NetworkStream(socket, ownsSocket: true), LinkProof.ContextOf(Keys), deadline.Token);
                (tls, certificate) = (exporting, exporting.RemoteCertificate);
                proof = new LinkProof(Keys, exporting.Exported, Time.GetUtcNow());
            }
            else
            {
                var plain = new SslStream(new NetworkStream(socket, ownsSocket: true));
                tls = plain;
                await plain.AuthenticateAsClientAsync(ClientOptions(), deadline.Token);
                certificate = plain.RemoteCertificate!.GetRawCertData();
            }

            var reader = new LinkReader(tls);
            int version = await LinkHandshakes.InitiateAsync(tls, reader, target, certificate, Time.GetUtcNow(), deadline.Token, proof);
            var link = new RelayLink(this, socket, tls, reader, isInitiator: true, new LinkAnswer(version, SaysRelay: true))
            {
                PeerNickname = target.Nickname,
            };
            Track(RunAsync(link));
            return link;
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            SandboxLog.ExtendFailed(Logger, Nickname, e.Message);
            if (tls is not null)
                await tls.DisposeAsync();
            socket.Dispose();
            return null;
        }
    }

    private static SslClientAuthenticationOptions ClientOptions() => new()
    {
        TargetHost = "relay.sandbox",
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning disable CA5359 // Certificates are checked by the link handshake, which knows whom to expect.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        AllowTlsResume = false,
    };

    private async Task RunAsync(RelayLink link)
    {
        lock (_lock)
            _links.Add(link);
        _setup.Links.Add(link);
        if (_stopping.IsCancellationRequested)
            link.Close();
        await link.RunAsync();
        _setup.Links.Remove(link);
        lock (_lock)
            _links.Remove(link);
        await link.DisposeAsync();
    }

    // Signing takes longer than the rest of a handshake.
    private CertsMessage Certs()
    {
        lock (_lock)
        {
            DateTimeOffset now = Time.GetUtcNow();
            if (_certs is null || (now - _certsMade).Duration() > CertsFreshFor)
                (_certs, _certsMade) = (Keys.MakeCerts(now), now);
            return Faults.Garbage == GarbageStep.Certs ? Damage(_certs) : _certs;
        }
    }

    private static CertsMessage Damage(CertsMessage certs) => new([.. certs.Entries.Select(entry =>
    {
        byte[] damaged = entry.Certificate.ToArray();
        damaged[^1] ^= 1;
        return entry with { Certificate = damaged };
    })]);

    private static async Task SendNoiseAsync(Stream stream)
    {
        byte[] noise = new byte[NoiseLength];
        TorRandom.Secure.Fill(noise);
        try
        {
            await stream.WriteAsync(noise);
        }
        catch (IOException)
        {
            // Whoever it was for is gone already.
        }
    }

    private CancellationTokenSource Deadline()
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        deadline.CancelAfter(HandshakeTimeout);
        return deadline;
    }

    private static bool IsConnectionFailure(Exception e) =>
        e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException
            or ChannelViolationException or MalformedMessageException or WrongIdentityException;
}
