using System.Globalization;
using System.Text;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.ControlPort.Info;
using GoTor.Client.Guards;
using GoTor.Client.Streams;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths.Guards;
using GoTor.Protocol.Wire;

namespace GoTor.Client.ControlPort.Events;

/// <summary>
/// Turns what happens in a client into events. Where nobody listens a handler looks at one word and returns. Safe for concurrent use; events of one
/// circuit or stream go out in the order in which they happened, as far as they happened one after the other.
/// </summary>
internal sealed class ClientEventFeed : IDisposable
{
    /// <summary>Bytes of a cell that C tor counts for a circuit.</summary>
    private const int CellBytes = 509;

    private readonly ControlServer _server;
    private readonly ClientParts _client;
    private readonly BandwidthHistory _bandwidth;
    private readonly Lock _lock = new();
    private Dictionary<RsaIdentity, GuardReachability?> _guards = [];
    private NetworkSnapshot? _network;
    private DateTimeOffset _validAfter;
    private bool _isLive;
    private bool _isEstablished;
    private bool _isEnough;

    public ClientEventFeed(ControlServer server, ClientParts client, InfoKeys keys)
    {
        (_server, _client) = (server, client);
        _bandwidth = new BandwidthHistory(client.Traffic, server.Time, TickBandwidth);
        keys.Add("bw-event-cache", "Cached BW events for a short interval.", _bandwidth.Describe);
        (_network, _validAfter) = (client.Directory.Current, client.Directory.Current?.ValidAfter ?? default);
        _isEnough = client.Directory.HasEnoughDirectoryInfo;
        client.CircuitRecords.Changed += OnCircuit;
        client.StreamRecords.Changed += OnStream;
        client.Channels.News += OnConnection;
        client.Channels.Changed += OnLiveness;
        client.Guards.Changed += OnGuards;
        client.Directory.Changed += OnNetwork;
        client.Bootstrap.Changed += OnBootstrap;
        client.BuildTimeout.Changed += OnBuildTimeout;
        client.Circuits.Changed += OnCircuits;
    }

    public void Dispose()
    {
        _bandwidth.Dispose();
        _client.CircuitRecords.Changed -= OnCircuit;
        _client.StreamRecords.Changed -= OnStream;
        _client.Channels.News -= OnConnection;
        _client.Channels.Changed -= OnLiveness;
        _client.Guards.Changed -= OnGuards;
        _client.Directory.Changed -= OnNetwork;
        _client.Bootstrap.Changed -= OnBootstrap;
        _client.BuildTimeout.Changed -= OnBuildTimeout;
        _client.Circuits.Changed -= OnCircuits;
    }

    private void OnCircuit(CircuitRecord circuit, CircuitChange change)
    {
        if (change == CircuitChange.PurposeChanged)
        {
            if (_server.Wants(ControlEventKind.CircMinor))
            {
                _server.Publish(ControlEventKind.CircMinor, string.Create(
                    CultureInfo.InvariantCulture,
                    $"CIRC_MINOR {circuit.Number} PURPOSE_CHANGED {CircuitText.Describe(circuit, _client.Directory.Current)} OLD_PURPOSE={CircuitText.Name(circuit.OldPurpose)}"));
            }

            return;
        }

        if (!_server.Wants(ControlEventKind.Circ))
            return;
        string reason = change is CircuitChange.Failed or CircuitChange.Closed ? " " + CircuitText.Reason(circuit) : "";
        _server.Publish(ControlEventKind.Circ, string.Create(
            CultureInfo.InvariantCulture,
            $"CIRC {circuit.Number} {change.ToString().ToUpperInvariant()} {CircuitText.Describe(circuit, _client.Directory.Current)}{reason}"));
    }

    private void OnStream(StreamRecord stream)
    {
        if (_server.Wants(ControlEventKind.StreamBw) && stream.Progress == StreamProgress.Closed)
            TellBandwidth(stream);
        if (_server.Wants(ControlEventKind.Stream))
            _server.Publish(ControlEventKind.Stream, CircuitText.Event(stream));
    }

    private void OnConnection(ConnectionNews news)
    {
        if (_server.Wants(ControlEventKind.OrConn))
            _server.Publish(ControlEventKind.OrConn, CircuitText.Event(news, _client.Directory.Current));
    }

    private void OnLiveness()
    {
        bool isLive = _client.Channels.OpenCount > 0;
        lock (_lock)
        {
            if (isLive == _isLive)
                return;
            _isLive = isLive;
        }

        _server.Publish(ControlEventKind.NetworkLiveness, $"NETWORK_LIVENESS {(isLive ? "UP" : "DOWN")}");
    }

    private void OnGuards()
    {
        if (!_server.Wants(ControlEventKind.Guard))
        {
            _guards = [];
            return;
        }

        List<string> lines = [];
        lock (_lock)
        {
            bool isFirst = _guards.Count == 0;
            Dictionary<RsaIdentity, GuardReachability?> now = [];
            foreach (GuardView guard in _client.Guards.View)
            {
                now[guard.Identity] = guard.Reachability;
                if (!_guards.TryGetValue(guard.Identity, out GuardReachability? before))
                    lines.Add($"{Name(guard)} NEW");
                else if (before != guard.Reachability && guard.Reachability != GuardReachability.Maybe)
                    lines.Add($"{Name(guard)} {(guard.Reachability == GuardReachability.Yes ? "UP" : "DOWN")}");
            }

            foreach (RsaIdentity gone in _guards.Keys.Where(identity => !now.ContainsKey(identity)))
                lines.Add($"{RelayText.LongName(gone, _client.Directory.Current)} DROPPED");
            _guards = now;
            // What was there when somebody began to listen is no news.
            if (isFirst)
                return;
        }

        foreach (string line in lines)
            _server.Publish(ControlEventKind.Guard, "GUARD ENTRY " + line);
    }

    private static string Name(GuardView guard) => $"${guard.Identity}~{guard.Nickname}";

    private void OnNetwork()
    {
        NetworkSnapshot? network = _client.Directory.Current;
        NetworkSnapshot? before;
        bool isEnough = _client.Directory.HasEnoughDirectoryInfo;
        bool isNew;
        bool enoughChanged;
        lock (_lock)
        {
            isNew = network is not null && network.ValidAfter != _validAfter;
            before = _network;
            (_network, _validAfter) = (network, network?.ValidAfter ?? default);
            enoughChanged = isEnough != _isEnough;
            _isEnough = isEnough;
        }

        if (enoughChanged)
            _server.Publish(ControlEventKind.StatusClient, $"STATUS_CLIENT NOTICE {(isEnough ? "ENOUGH_DIR_INFO" : "NOT_ENOUGH_DIR_INFO")}");
        if (!isNew)
            return;
        _server.Publish(ControlEventKind.StatusClient, "STATUS_CLIENT NOTICE CONSENSUS_ARRIVED");
        if (_server.Wants(ControlEventKind.NewConsensus))
            _server.Publish(ControlEventKind.NewConsensus, new ControlReply().Data(650, "NEWCONSENSUS", RelayText.AllStatuses(network!)).Line(650, "OK"));
        if (_server.Wants(ControlEventKind.Ns) && ChangedStatuses(before, network!) is { Length: > 0 } changed)
            _server.Publish(ControlEventKind.Ns, new ControlReply().Data(650, "NS", changed).Line(650, "OK"));
    }

    private static string ChangedStatuses(NetworkSnapshot? before, NetworkSnapshot now)
    {
        StringBuilder text = new();
        foreach (Relay relay in now.Relays)
        {
            if (before?.Find(relay.RsaIdentity) is not { } old || old.Flags != relay.Flags || old.Bandwidth != relay.Bandwidth
                || !old.OrPort.Equals(relay.OrPort) || !Equals(old.OrPortV6, relay.OrPortV6) || old.Nickname != relay.Nickname)
                RelayText.AppendStatus(text, relay);
        }

        return text.ToString();
    }

    private void OnBootstrap(BootstrapSnapshot snapshot)
    {
        if (_server.Wants(ControlEventKind.StatusClient))
            _server.Publish(ControlEventKind.StatusClient, "STATUS_CLIENT " + BootstrapWords.Describe(snapshot));
    }

    private void OnCircuits()
    {
        bool isEstablished = _client.Circuits.Counts.Open > 0;
        lock (_lock)
        {
            if (isEstablished == _isEstablished || (!isEstablished && _isEnough))
                return;
            _isEstablished = isEstablished;
        }

        _server.Publish(ControlEventKind.StatusClient, isEstablished
            ? "STATUS_CLIENT NOTICE CIRCUIT_ESTABLISHED"
            : "STATUS_CLIENT NOTICE CIRCUIT_NOT_ESTABLISHED REASON=DIR_INFO_LOST");
    }

    private void OnBuildTimeout(BuildTimeoutView view)
    {
        if (_server.Wants(ControlEventKind.BuildTimeoutSet))
            _server.Publish(ControlEventKind.BuildTimeoutSet, ClientEventText.BuildTimeoutSet(view));
    }

    /// <summary>Once a second.</summary>
    private void TickBandwidth(long read, long written)
    {
        if (_server.Wants(ControlEventKind.Bw))
            _server.Publish(ControlEventKind.Bw, string.Create(CultureInfo.InvariantCulture, $"BW {read} {written}"));
        if (_server.Wants(ControlEventKind.StreamBw))
        {
            foreach (StreamRecord stream in _client.StreamRecords.Current)
                TellBandwidth(stream);
        }

        if (_server.Wants(ControlEventKind.CircBw))
        {
            foreach (CircuitRecord circuit in _client.CircuitRecords.Current)
                TellBandwidth(circuit);
        }
    }

    private void TellBandwidth(StreamRecord stream)
    {
        if (stream.Stream is not { } open)
            return;
        (long read, long written) = (open.Received.Total, open.Outgoing.Total);
        (long lastRead, long lastWritten) = stream.Reported;
        if (read == lastRead && written == lastWritten)
            return;
        stream.Reported = (read, written);
        // C tor counts from the application's side: what it reads from it goes out.
        _server.Publish(ControlEventKind.StreamBw, string.Create(
            CultureInfo.InvariantCulture, $"STREAM_BW {stream.Number} {written - lastWritten} {read - lastRead} {CircuitText.Micros(_server.Time.GetUtcNow())}"));
    }

    private void TellBandwidth(CircuitRecord circuit)
    {
        if (circuit.Circuit?.Traffic is not { } traffic)
            return;
        CircuitTotals now = new(traffic.CellsRead, traffic.CellsWritten, traffic.DeliveredRead, traffic.DeliveredWritten);
        CircuitTotals last = circuit.Reported;
        if (now == last)
            return;
        circuit.Reported = now;
        (long cellsRead, long cellsWritten) = (now.CellsRead - last.CellsRead, now.CellsWritten - last.CellsWritten);
        (long read, long written) = (now.DeliveredRead - last.DeliveredRead, now.DeliveredWritten - last.DeliveredWritten);
        _server.Publish(ControlEventKind.CircBw, string.Create(
            CultureInfo.InvariantCulture,
            $"CIRC_BW ID={circuit.Number} READ={cellsRead * CellBytes} WRITTEN={cellsWritten * CellBytes} TIME={CircuitText.Micros(_server.Time.GetUtcNow())} "
            + $"DELIVERED_READ={read} OVERHEAD_READ={Math.Max(0, (cellsRead * Protocol.Cells.CellLayout.RelayDataLengthV0) - read)} "
            + $"DELIVERED_WRITTEN={written} OVERHEAD_WRITTEN={Math.Max(0, (cellsWritten * Protocol.Cells.CellLayout.RelayDataLengthV0) - written)}"));
    }
}
