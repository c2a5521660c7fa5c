using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using GoTor.Protocol.Circuits;
using GoTor.Sandbox.Relays;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>
/// A relay for tests, in process and on loopback, with real TLS and real keys. It does nothing by itself: the test accepts connections
/// and says what is sent on them, in any order, right or wrong. <see cref="AcceptOpenAsync"/> behaves.
/// </summary>
internal sealed class LoopbackRelay : IAsyncDisposable
{
    // Keys take their time to make; most tests want any relay.
    private static readonly Lazy<RelayKeys> SharedKeys = new(RelayKeys.Generate);

    /// <summary>For what should happen within moments: a test that waits in vain fails instead of hanging.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<LoopbackLink> _links = [];

    private LoopbackRelay(RelayKeys keys)
    {
        Keys = keys;
        _listener.Start();
        Address = (IPEndPoint)_listener.LocalEndpoint;
    }

    public RelayKeys Keys { get; }

    public IPEndPoint Address { get; }

    public SslProtocols TlsProtocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>What TLS shows; the keys' own unless the test wants another.</summary>
    public X509Certificate2? TlsCertificate { get; init; }

    /// <summary>Signs certificates and tells the time by this clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What a client knows of the relay, without an onion key.</summary>
    public HopTarget Target => new()
    {
        OrPorts = [Address],
        RsaIdentity = Keys.Rsa.PublicKey.Fingerprint,
        Ed25519Identity = Keys.Identity.PublicKey,
    };

    public static LoopbackRelay Start(RelayKeys? keys = null) => new(keys ?? SharedKeys.Value);

    public static LoopbackRelay Start(RelayKeys keys, TimeProvider time) => new(keys) { Time = time };

    public static LoopbackRelay Start(SslProtocols protocols) => new(SharedKeys.Value) { TlsProtocols = protocols };

    public static LoopbackRelay Start(TimeProvider time) => new(SharedKeys.Value) { Time = time };

    public static LoopbackRelay Start(X509Certificate2 tlsCertificate) => new(SharedKeys.Value) { TlsCertificate = tlsCertificate };

    /// <summary>The next connection, before TLS.</summary>
    public async Task<Socket> AcceptTcpAsync(CancellationToken cancellationToken = default)
    {
        Socket socket = await _listener.AcceptSocketAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
        socket.NoDelay = true;
        return socket;
    }

    /// <summary>The next connection after TLS. Nothing has been sent yet.</summary>
    public async Task<LoopbackLink> AcceptAsync(CancellationToken cancellationToken = default) =>
        await SecureAsync(await AcceptTcpAsync(cancellationToken), cancellationToken);

    /// <summary>Makes TLS of a connection, and owns it from then on.</summary>
    public async Task<LoopbackLink> SecureAsync(Socket socket, CancellationToken cancellationToken = default)
    {
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var options = new SslServerAuthenticationOptions
        {
            // Offline: the relay must not fetch what its own certificate names.
            ServerCertificateContext = SslStreamCertificateContext.Create(TlsCertificate ?? Keys.Tls, additionalCertificates: null, offline: true),
            EnabledSslProtocols = TlsProtocols,
        };
        try
        {
            await tls.AuthenticateAsServerAsync(options, cancellationToken);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }

        var link = new LoopbackLink(tls, Keys, Time);
        lock (_links)
            _links.Add(link);
        return link;
    }

    /// <summary>The next connection, with a complete link handshake.</summary>
    public async Task<LoopbackLink> AcceptOpenAsync(CancellationToken cancellationToken = default)
    {
        LoopbackLink link = await AcceptAsync(cancellationToken);
        await link.HandshakeAsync();
        return link;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        LoopbackLink[] links;
        lock (_links)
            links = [.. _links];
        foreach (LoopbackLink link in links)
            await link.DisposeAsync();
    }
}
