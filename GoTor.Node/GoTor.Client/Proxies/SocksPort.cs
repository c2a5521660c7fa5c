using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using GoTor.Protocol.Http;
using GoTor.Protocol.Socks;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies;

/// <summary>What the sessions of one SOCKS port share. Safe for concurrent use.</summary>
internal sealed class SocksPort(
    SocksPortOptions options, int sessionGroup, SocksServerOptions server, IStreamConnector connector, DestinationMapper mapper,
    ProxyMetrics metrics, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(10);

    private readonly LogGate _addressGate = new(time, Seldom);
    private readonly LogGate _safeSocksGate = new(time, Seldom);
    private readonly LogGate _protocolGate = new(time, Seldom);
    private readonly LogGate _plaintextGate = new(time, Seldom);
    private readonly LogGate _authorizationGate = new(time, Seldom);
    private readonly LogGate _strangerGate = new(time, Seldom);
    private readonly LogGate _internalGate = new(time, Seldom);

    public SocksPortOptions Options { get; } = options;

    public int SessionGroup { get; } = sessionGroup;

    public SocksServerOptions Server { get; } = server;

    public IStreamConnector Connector { get; } = connector;

    public DestinationMapper Mapper { get; } = mapper;

    public ProxyMetrics Metrics { get; } = metrics;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    public SocksHandshakeOptions Handshake { get; } = new(server.SafeSocks, options.PreferSocksNoAuth);

    public DestinationPolicy Policy { get; } = options.PolicyFor(server);

    public void NoteRequest(SocksRequest request)
    {
        Metrics.Requested(request.Command);
        if (Server.TestSocks)
            Logger.TestedSocks(request.Version, request.IsUnsafe ? "gave only an address, which may leak lookups" : "left names to Tor");
        else if (request.IsUnsafe && _addressGate.TryPass())
            Logger.AddressInsteadOfName(request.Version);
        if (request.Command == SocksCommand.Connect && Server.WarnPlaintextPorts.Contains(request.Port) && _plaintextGate.TryPass())
            Logger.PlaintextPort();
    }

    public void NoteHead(HttpConnectHead head)
    {
        if (head.HasOldAuthorization && _authorizationGate.TryPass())
            Logger.OldAuthorization();
    }

    /// <summary>Something that is no CONNECT came to an HTTP tunnel.</summary>
    public void NoteRefusedHead()
    {
        Metrics.RefusedHead();
        if (_protocolGate.TryPass())
            Logger.NotConnect();
    }

    /// <summary>Nobody redirected a connection to a TransPort.</summary>
    public void NoteNotRedirected()
    {
        Metrics.RefusedHead();
        if (_protocolGate.TryPass())
            Logger.NotRedirected();
    }

    /// <summary>SocksPolicy does not let this client in.</summary>
    public void NoteStranger()
    {
        Metrics.RefusedHead();
        if (_strangerGate.TryPass())
            Logger.RefusedStranger();
    }

    public void NoteRefusal(SocksRefusal refusal)
    {
        Metrics.Refused(refusal);
        Logger.HandshakeRefused(refusal);
        if (refusal is SocksRefusal.Http or SocksRefusal.UnknownProtocol && _protocolGate.TryPass())
            Logger.NotSocks(refusal);
        else if (refusal is SocksRefusal.UnsafeSocks && _safeSocksGate.TryPass())
            Logger.RefusedAddressInsteadOfName();
    }

    public void NoteRefusal(DestinationVerdict verdict)
    {
        Logger.RequestRefused(verdict);
        if (verdict is DestinationVerdict.InternalAddress && _internalGate.TryPass())
            Logger.InternalAddress();
    }
}
