using System.Diagnostics.Metrics;
using GoTor.Client.Telemetry;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies;

/// <summary>Counts what applications ask the SOCKS ports for. Safe for concurrent use.</summary>
internal sealed class ProxyMetrics
{
    private readonly Counter<long> _connections;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _errors;
    private readonly Histogram<double> _connectDuration;
    private readonly Histogram<double> _firstByteDuration;

    public ProxyMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create("GoTor");
        _connections = meter.CreateCounter<long>("gotor.socks.connections", "{connection}", "Applications that connected to a SOCKS port.").FromZero();
        _active = meter.CreateUpDownCounter<long>(
            "gotor.socks.connections.active", "{connection}", "Applications connected to a SOCKS port.").FromZero();
        _requests = meter.CreateCounter<long>("gotor.socks.requests", "{request}", "Complete SOCKS requests, by command.");
        _errors = meter.CreateCounter<long>("gotor.socks.errors", "{error}", "SOCKS requests and handshakes that failed, by reply.");
        _connectDuration = meter.CreateSeconds(
            "gotor.socks.connect.duration", "Time from a CONNECT request to the reply that it succeeded.");
        _firstByteDuration = meter.CreateSeconds(
            "gotor.socks.first_byte.duration", "Time from a CONNECT request to the first byte from its destination.");
    }

    public void Accepted()
    {
        _connections.Add(1);
        _active.Add(1);
    }

    public void Closed() => _active.Add(-1);

    public void Requested(SocksCommand command) => _requests.Add(1, new KeyValuePair<string, object?>("command", NameOf(command)));

    public void Connected(TimeSpan took) => _connectDuration.Record(took.TotalSeconds);

    public void FirstByte(TimeSpan took) => _firstByteDuration.Record(took.TotalSeconds);

    /// <summary>A handshake that led to no request.</summary>
    public void Refused(SocksRefusal refusal) => Failed(refusal switch
    {
        SocksRefusal.UnknownProtocol or SocksRefusal.Http => "not_socks",
        SocksRefusal.UnsafeSocks => "unsafe_socks",
        _ => "bad_handshake",
    });

    /// <summary>What came to a port is nothing that the port takes.</summary>
    public void RefusedHead() => Failed("bad_handshake");

    /// <summary>A handshake that was not finished in time.</summary>
    public void TimedOut() => Failed("handshake_timeout");

    /// <summary>A request that was answered with a failure.</summary>
    public void Failed(SocksReplyCode code) => Failed(code switch
    {
        SocksReplyCode.NotAllowed => "not_allowed",
        SocksReplyCode.NetworkUnreachable => "network_unreachable",
        SocksReplyCode.HostUnreachable => "host_unreachable",
        SocksReplyCode.ConnectionRefused => "connection_refused",
        SocksReplyCode.TimeToLiveExpired => "timeout",
        >= SocksReplyCode.OnionDescriptorNotFound => "onion_service",
        _ => "general_failure",
    });

    private void Failed(string reason) => _errors.Add(1, new KeyValuePair<string, object?>("reason", reason));

    private static string NameOf(SocksCommand command) => command switch
    {
        SocksCommand.Connect => "connect",
        SocksCommand.Resolve => "resolve",
        _ => "resolve_ptr",
    };
}
