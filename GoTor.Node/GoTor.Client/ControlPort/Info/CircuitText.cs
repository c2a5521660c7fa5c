using System.Globalization;
using System.Text;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Network;

namespace GoTor.Client.ControlPort.Info;

/// <summary>Circuits, streams and connections in the words and the order of fields of C tor's control_fmt.c and control_events.c.</summary>
internal static class CircuitText
{
    /// <summary>Path and attributes: what follows a circuit's state.</summary>
    public static string Describe(CircuitRecord circuit, NetworkSnapshot? network)
    {
        StringBuilder text = new();
        IReadOnlyList<HopTarget> path = circuit.Path;
        for (int i = 0; i < Math.Min(circuit.HopsBuilt, path.Count); i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(path[i].RsaIdentity is { } identity ? RelayText.LongName(identity, network) : "$" + new string('0', 40));
        }

        if (text.Length > 0)
            text.Append(' ');
        if (circuit.Flags.Length > 0)
            text.Append("BUILD_FLAGS=").Append(circuit.Flags).Append(' ');
        text.Append("PURPOSE=").Append(Name(circuit.Purpose)).Append(" TIME_CREATED=").Append(Micros(circuit.Created));
        if (circuit.Isolation is { } isolation)
        {
            if (isolation.SocksUsername is { Length: > 0 } user)
                text.Append(" SOCKS_USERNAME=").Append(QuotedText.Quote(user));
            if (isolation.SocksPassword is { Length: > 0 } password)
                text.Append(" SOCKS_PASSWORD=").Append(QuotedText.Quote(password));
        }

        return text.ToString();
    }

    /// <summary>One line of GETINFO circuit-status.</summary>
    public static string Status(CircuitRecord circuit, NetworkSnapshot? network)
    {
        string state = circuit.Progress switch
        {
            CircuitProgress.Built => "BUILT",
            CircuitProgress.GuardWait => "GUARD_WAIT",
            CircuitProgress.Extended => "EXTENDED",
            _ => circuit.Path.Count > 0 ? "EXTENDED" : "LAUNCHED",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{circuit.Number} {state} {Describe(circuit, network)}");
    }

    public static string Name(CircuitPurpose purpose) => purpose switch
    {
        CircuitPurpose.Controller => "CONTROLLER",
        CircuitPurpose.MeasureTimeout => "MEASURE_TIMEOUT",
        _ => "GENERAL",
    };

    /// <summary>REASON, and REMOTE_REASON where another said so.</summary>
    public static string Reason(CircuitRecord circuit)
    {
        if (circuit.IsCloseRequested)
            return "REASON=REQUESTED";
        return circuit.End?.Kind switch
        {
            CircuitEndKind.Destroyed or CircuitEndKind.Truncated => $"REASON=DESTROYED REMOTE_REASON={Name(circuit.End.Value.PeerReason)}",
            CircuitEndKind.BuildCancelled => circuit.Purpose == CircuitPurpose.MeasureTimeout ? "REASON=MEASUREMENT_EXPIRED" : "REASON=TIMEOUT",
            CircuitEndKind.ChannelEnded => circuit.HopsBuilt == 0 && circuit.End.Value.Channel is ChannelEnd.ConnectFailed or ChannelEnd.HandshakeFailed ? "REASON=CONNECTFAILED"
                : circuit.End.Value.Channel == ChannelEnd.WrongIdentity ? "REASON=OR_IDENTITY"
                : "REASON=CHANNEL_CLOSED",
            CircuitEndKind.HandshakeFailed or CircuitEndKind.Violation => "REASON=TORPROTOCOL",
            CircuitEndKind.QueueOverflow => "REASON=RESOURCELIMIT",
            CircuitEndKind.Internal => "REASON=INTERNAL",
            _ => "REASON=FINISHED",
        };
    }

    /// <summary>One line of GETINFO stream-status.</summary>
    public static string Status(StreamRecord stream)
    {
        string state = stream.Progress switch
        {
            StreamProgress.Succeeded => "SUCCEEDED",
            StreamProgress.Sent => stream.IsResolve ? "SENTRESOLVE" : "SENTCONNECT",
            _ => stream.IsResolve ? "NEWRESOLVE" : "NEW",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{stream.Number} {state} {stream.Circuit} {Target(stream)}");
    }

    /// <summary>A STREAM event.</summary>
    public static string Event(StreamRecord stream)
    {
        bool isNew = stream.Progress == StreamProgress.New;
        string state = stream.Progress switch
        {
            StreamProgress.New => stream.IsResolve ? "NEWRESOLVE" : "NEW",
            StreamProgress.ControllerWait => "CONTROLLER_WAIT",
            StreamProgress.Sent => stream.IsResolve ? "SENTRESOLVE" : "SENTCONNECT",
            StreamProgress.Succeeded => "SUCCEEDED",
            StreamProgress.Detached => "DETACHED",
            StreamProgress.Failed => "FAILED",
            _ => "CLOSED",
        };
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"STREAM {stream.Number} {state} {stream.Circuit} {Target(stream)}");
        if (stream.Progress is StreamProgress.Detached or StreamProgress.Failed or StreamProgress.Closed && stream.Reason is { } reason)
            text.Append(stream.IsRemoteReason ? " REASON=END REMOTE_REASON=" : " REASON=").Append(Name(reason));
        if (isNew)
            text.Append(" SOURCE_ADDR=").Append(Source(stream)).Append(stream.IsResolve ? " PURPOSE=DNS_REQUEST" : " PURPOSE=USER");
        StreamOrigin? origin = stream.Request.Origin;
        IsolationKey isolation = stream.Request.Isolation;
        if ((origin?.Username ?? isolation.SocksUsername) is { Length: > 0 } user)
            text.Append(" SOCKS_USERNAME=").Append(QuotedText.Quote(user));
        if ((origin?.Password ?? isolation.SocksPassword) is { Length: > 0 } password)
            text.Append(" SOCKS_PASSWORD=").Append(QuotedText.Quote(password));
        text.Append(CultureInfo.InvariantCulture, $" CLIENT_PROTOCOL={origin?.Protocol ?? "UNKNOWN"} NYM_EPOCH={stream.NymEpoch} SESSION_GROUP={isolation.SessionGroup} ISO_FIELDS=");
        return text.AppendJoin(',', IsolationFields(isolation)).ToString();
    }

    public static string Target(StreamRecord stream) => string.Create(CultureInfo.InvariantCulture, $"{stream.Request.Host}:{stream.Request.Port}");

    public static string Name(EndReason reason) => reason switch
    {
        EndReason.Misc => "MISC",
        EndReason.ResolveFailed => "RESOLVEFAILED",
        EndReason.ConnectRefused => "CONNECTREFUSED",
        EndReason.ExitPolicy => "EXITPOLICY",
        EndReason.Destroy => "DESTROY",
        EndReason.Done => "DONE",
        EndReason.Timeout => "TIMEOUT",
        EndReason.NoRoute => "NOROUTE",
        EndReason.Hibernating => "HIBERNATING",
        EndReason.Internal => "INTERNAL",
        EndReason.ResourceLimit => "RESOURCELIMIT",
        EndReason.ConnectionReset => "CONNRESET",
        EndReason.TorProtocol => "TORPROTOCOL",
        EndReason.NotDirectory => "NOTDIRECTORY",
        _ => $"UNKNOWN_{(int)reason}",
    };

    /// <summary>An ORCONN event.</summary>
    public static string Event(ConnectionNews news, NetworkSnapshot? network)
    {
        string name = news.Relay is { } relay ? RelayText.LongName(relay, network) : news.Address.ToString();
        string reason = news.End is { } end ? " REASON=" + Name(end) : "";
        return string.Create(CultureInfo.InvariantCulture, $"ORCONN {name} {news.Step.ToString().ToUpperInvariant()}{reason} ID={news.Number}");
    }

    public static string Micros(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Source(StreamRecord stream) => stream.Request.Origin?.Source switch
    {
        System.Net.IPEndPoint address => address.ToString(),
        _ => "(Tor_internal):0",
    };

    private static IEnumerable<string> IsolationFields(IsolationKey isolation)
    {
        if (isolation.DestinationPort is not null)
            yield return "DESTPORT";
        if (isolation.DestinationHost is not null)
            yield return "DESTADDR";
        yield return "SOCKS_USERNAME,SOCKS_PASSWORD";
        if (isolation.ClientProtocol is not null)
            yield return "CLIENT_PROTOCOL";
        if (isolation.ClientAddress is not null)
            yield return "CLIENTADDR";
        yield return "SESSION_GROUP,NYM_EPOCH";
    }

    private static string Name(ChannelEnd end) => end switch
    {
        ChannelEnd.ClosedByUs => "DONE",
        ChannelEnd.ConnectFailed => "CONNECTREFUSED",
        ChannelEnd.HandshakeFailed => "TLS_ERROR",
        ChannelEnd.WrongIdentity => "IDENTITY",
        ChannelEnd.ConnectionLost => "IOERROR",
        _ => "MISC",
    };

    private static string Name(DestroyReason reason) => reason switch
    {
        DestroyReason.None => "NONE",
        DestroyReason.Protocol => "TORPROTOCOL",
        DestroyReason.Internal => "INTERNAL",
        DestroyReason.Requested => "REQUESTED",
        DestroyReason.Hibernating => "HIBERNATING",
        DestroyReason.ResourceLimit => "RESOURCELIMIT",
        DestroyReason.ConnectFailed => "CONNECTFAILED",
        DestroyReason.OrIdentity => "OR_IDENTITY",
        DestroyReason.ChannelClosed => "CHANNEL_CLOSED",
        DestroyReason.Finished => "FINISHED",
        DestroyReason.Timeout => "TIMEOUT",
        DestroyReason.Destroyed => "DESTROYED",
        DestroyReason.NoSuchService => "NOSUCHSERVICE",
        _ => $"UNKNOWN_{(int)reason}",
    };
}
