using System.Globalization;
using System.Text;
using GoTor.Client.Channels;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;
using GoTor.Protocol.Wire;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>Looks at a message before the well-behaved relay does.</summary>
/// <returns>True when that was all: the default does not happen.</returns>
internal delegate bool MessageInterceptor(
    ScriptedCircuit circuit, int hop, RelayCommand command, StreamId streamId, ReadOnlySpan<byte> message);

/// <summary>
/// The other side of one circuit: guard, middle and exit in one object, each with its own keys and its own layer of crypto. By
/// default it behaves like a good relay and a good exit; <see cref="Intercept"/> and the Send methods make it anything else.
/// One caller at a time.
/// </summary>
internal sealed class ScriptedCircuit(
    ScriptedHop first, Func<RsaIdentity, ScriptedHop?> find, TorRandom random, Action<CellBuffer> toClient) : IDisposable
{
    public const int SendmeTagLength = 20;

    private readonly List<Layer> _layers = [];
    private readonly Dictionary<ushort, ScriptedStream> _streams = [];
    private readonly HashSet<ushort> _lookups = [];

    private sealed class Layer(RelayKeyMaterial keys) : IDisposable
    {
        public readonly RelaySideCrypto Crypto = new(keys);
        public readonly byte[] ExpectedTags = new byte[10 * SendmeTagLength];
        public int ExpectedFirst;
        public int ExpectedCount;
        public int PackageWindow = 1000;
        public int DeliverWindow = 1000;

        public void Dispose() => Crypto.Dispose();
    }

    /// <summary>Sees every relay message first.</summary>
    public MessageInterceptor? Intercept { get; set; }

    /// <summary>Answers CREATE2 or CREATE_FAST in place of the relay.</summary>
    public Action<ScriptedCircuit>? OnCreate { get; set; }

    /// <summary>What the client did that a relay would close the circuit for.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Every relay message but DATA and SENDME: hop, command, stream, whether it came in RELAY_EARLY.</summary>
    public List<(int Hop, RelayCommand Command, StreamId StreamId, bool Early)> Log { get; } = [];

    public IReadOnlyDictionary<ushort, ScriptedStream> Streams => _streams;

    public int HopCount => _layers.Count;

    public int LastHop => _layers.Count - 1;

    public int EarlyCells { get; private set; }

    public long DataReceived { get; private set; }

    public long DataSent { get; private set; }

    public int CircuitSendmesReceived { get; private set; }

    public int StreamSendmesReceived { get; private set; }

    public bool IsDestroyed { get; private set; }

    /// <summary>False: takes DATA and never opens the client's window again.</summary>
    public bool SendsCircuitSendmes { get; set; } = true;

    /// <summary>How many bytes the host "serve" has.</summary>
    public long ServeLength { get; set; }

    /// <summary>What new streams do about the client's stream window.</summary>
    public bool SendsStreamSendmes { get; set; } = true;

    /// <summary>Takes a cell from the client, and its buffer.</summary>
    public void Receive(CellBuffer cell)
    {
        using (cell)
        {
            switch (cell.Command)
            {
                case ChannelCommand.CreateFast or ChannelCommand.Create2 when OnCreate is not null:
                    OnCreate(this);
                    break;
                case ChannelCommand.CreateFast:
                    Created(ChannelCommand.CreatedFast, HandshakeType.Fast, cell.Body[..CreateFastHandshake.SecretLength]);
                    break;
                case ChannelCommand.Create2:
                    var request = new WireReader(cell.Body);
                    var type = (HandshakeType)request.ReadUInt16();
                    Created(ChannelCommand.Created2, type, request.ReadBytes(request.ReadUInt16()));
                    break;
                case ChannelCommand.Relay or ChannelCommand.RelayEarly:
                    ReceiveRelay(cell);
                    break;
                case ChannelCommand.Destroy:
                    IsDestroyed = true;
                    if (cell.Body[0] != (byte)DestroyReason.None)
                        Complaints.Add("A client's DESTROY gives a reason.");
                    break;
                default:
                    Complaints.Add($"{cell.Command} from a client.");
                    break;
            }
        }
    }

    /// <summary>Sends a relay message from any hop.</summary>
    public void Send(int hop, RelayCommand command, StreamId streamId, ReadOnlySpan<byte> message)
    {
        CellBuffer cell = CellBuffer.Rent();
        cell.Command = ChannelCommand.Relay;
        message.CopyTo(RelayHeader.Write(RelayCellFormat.V0, cell.Body, command, streamId, message.Length, random));
        EncryptAndSend(hop, cell);
    }

    public void Send<TMessage>(int hop, StreamId streamId, TMessage message)
        where TMessage : IRelayMessage<TMessage>
    {
        CellBuffer cell = CellBuffer.Rent();
        cell.Command = ChannelCommand.Relay;
        RelayMessages.Write(RelayCellFormat.V0, cell.Body, streamId, message, random);
        EncryptAndSend(hop, cell);
    }

    /// <summary>Sends any cell, its body as given and zeros behind.</summary>
    public void SendCell(ChannelCommand command, ReadOnlySpan<byte> body)
    {
        CellBuffer cell = CellBuffer.Rent();
        cell.Command = command;
        cell.Body.Clear();
        body.CopyTo(cell.Body);
        toClient(cell);
    }

    /// <summary>Sends a relay message with one bit of the encrypted body wrong.</summary>
    public void SendDamaged(int hop, RelayCommand command, StreamId streamId, ReadOnlySpan<byte> message, int bit)
    {
        CellBuffer cell = CellBuffer.Rent();
        cell.Command = ChannelCommand.Relay;
        message.CopyTo(RelayHeader.Write(RelayCellFormat.V0, cell.Body, command, streamId, message.Length, random));
        Encrypt(hop, cell);
        cell.Body[bit / 8] ^= (byte)(1 << (bit % 8));
        toClient(cell);
    }

    /// <summary>Sends DATA without looking at any window.</summary>
    public void SendData(int hop, StreamId streamId, ReadOnlySpan<byte> bytes)
    {
        Send(hop, RelayCommand.Data, streamId, bytes);
        CountSent(_layers[hop]);
    }

    /// <summary>The tag that a SENDME to the client must echo for the last DATA that this hop has received.</summary>
    public ReadOnlySpan<byte> ForwardTag(int hop) => _layers[hop].Crypto.ForwardTag;

    /// <summary>Sends what the windows allow on every stream. Called after each batch of cells from the client.</summary>
    public void SendWhatMaySend()
    {
        bool sent = true;
        while (sent)
        {
            sent = false;
            foreach (ScriptedStream stream in _streams.Values)
                sent |= SendNext(stream);
        }
    }

    public void Dispose()
    {
        foreach (Layer layer in _layers)
            layer.Dispose();
    }

    private bool SendNext(ScriptedStream stream)
    {
        if (stream.EndedByClient || stream.EndedByUs)
            return false;
        Layer layer = _layers[stream.Hop];
        if (stream.IsServed)
        {
            stream.EndedByUs = true;
            Send(stream.Hop, stream.Id, new EndMessage(EndReason.Done));
            return false;
        }

        if (stream.PackageWindow == 0 || layer.PackageWindow == 0)
            return false;
        Span<byte> bytes = stackalloc byte[CellLayout.RelayDataLengthV0];
        int count = stream.Take(bytes);
        if (count == 0)
            return false;
        SendData(stream.Hop, stream.Id, bytes[..count]);
        stream.PackageWindow--;
        return true;
    }

    private void CountSent(Layer layer)
    {
        DataSent++;
        layer.PackageWindow--;
        if (layer.PackageWindow % 100 != 0)
            return;
        int slot = (layer.ExpectedFirst + layer.ExpectedCount++) % 10;
        layer.Crypto.BackwardTag.CopyTo(layer.ExpectedTags.AsSpan(slot * SendmeTagLength));
    }

    private void Created(ChannelCommand answer, HandshakeType type, ReadOnlySpan<byte> request)
    {
        byte[] reply = first.Respond(type, request, out RelayKeyMaterial keys);
        using (keys)
            _layers.Add(new Layer(keys));
        byte[] body = answer == ChannelCommand.CreatedFast ? reply : [(byte)(reply.Length >> 8), (byte)reply.Length, .. reply];
        SendCell(answer, body.AsSpan(0, Math.Min(body.Length, CellLayout.BodyLength)));
    }

    private void ReceiveRelay(CellBuffer cell)
    {
        bool early = cell.Command == ChannelCommand.RelayEarly;
        if (early && ++EarlyCells > 8)
            Complaints.Add("More than eight RELAY_EARLY cells.");
        int hop = 0;
        while (hop < _layers.Count && !_layers[hop].Crypto.DecryptForward(cell.Body, isLastHop: hop == LastHop))
            hop++;
        if (hop == _layers.Count)
        {
            Complaints.Add("A cell that no hop recognises.");
            return;
        }

        RelayHeader header = RelayHeader.Read(RelayCellFormat.V0, cell.Body);
        ReadOnlySpan<byte> message = header.MessageIn(cell.Body);
        if (header.Command is not (RelayCommand.Data or RelayCommand.Sendme))
            Log.Add((hop, header.Command, header.StreamId, early));
        if (Intercept?.Invoke(this, hop, header.Command, header.StreamId, message) == true)
            return;
        Behave(hop, header.Command, header.StreamId, message, early);
    }

    private void Behave(int hop, RelayCommand command, StreamId streamId, ReadOnlySpan<byte> message, bool early)
    {
        switch (command)
        {
            case RelayCommand.Extend2:
                if (!early)
                    Complaints.Add("EXTEND2 outside of RELAY_EARLY.");
                Extend(hop, RelayMessages.Decode<Extend2Message>(message));
                break;
            case RelayCommand.Begin:
                Begin(hop, streamId, RelayMessages.Decode<BeginMessage>(message));
                break;
            case RelayCommand.BeginDir:
                Connect(Add(hop, streamId, ""), echoes: true);
                break;
            case RelayCommand.Resolve:
                Resolve(hop, streamId, RelayMessages.Decode<ResolveMessage>(message).Name);
                break;
            case RelayCommand.Data:
                Data(hop, streamId, message);
                break;
            case RelayCommand.Sendme:
                Sendme(hop, streamId, message);
                break;
            case RelayCommand.End:
                if (message.Length != 1 || message[0] != (byte)EndReason.Misc)
                    Complaints.Add("A client's END gives a reason.");
                if (_streams.TryGetValue(streamId.Value, out ScriptedStream? stream))
                    stream.EndedByClient = true;
                else if (!_lookups.Contains(streamId.Value))
                    Complaints.Add("END for an unknown stream.");
                break;
            case RelayCommand.Drop:
                break;
            default:
                Complaints.Add($"{command} from a client.");
                break;
        }
    }

    private void Extend(int hop, Extend2Message message)
    {
        if (hop != LastHop)
            Complaints.Add("EXTEND2 to a hop that is not the last.");
        LinkSpecifier? identity = message.LinkSpecifiers.FirstOrDefault(s => s.Type == LinkSpecifierType.RsaIdentity);
        ScriptedHop? next = identity is null ? null : find(new RsaIdentity(identity.Value.Span));
        if (next is null)
        {
            Send(hop, StreamId.Circuit, new TruncatedMessage(DestroyReason.ConnectFailed));
            return;
        }

        byte[] reply = next.Respond((HandshakeType)(ushort)message.HandshakeType, message.HandshakeData.Span, out RelayKeyMaterial keys);
        Send(hop, StreamId.Circuit, new Extended2Message(reply));
        using (keys)
            _layers.Add(new Layer(keys));
    }

    private void Begin(int hop, StreamId streamId, BeginMessage message)
    {
        ScriptedStream stream = Add(hop, streamId, string.Create(CultureInfo.InvariantCulture, $"{message.Host}:{message.Port}"));
        switch (message.Host)
        {
            case "echo":
                Connect(stream, echoes: true);
                break;
            case "serve":
                Connect(stream, echoes: false);
                stream.ServeLength = ServeLength;
                break;
            case "sink":
                Connect(stream, echoes: false);
                break;
            case "silent":
                break;
            default:
                stream.EndedByUs = true;
                Send(hop, streamId, new EndMessage(message.Host == "refuse" ? EndReason.ConnectRefused : EndReason.ResolveFailed));
                break;
        }
    }

    private ScriptedStream Add(int hop, StreamId streamId, string target)
    {
        if (_streams.TryGetValue(streamId.Value, out ScriptedStream? old) && !old.EndedByUs)
            Complaints.Add("A stream id is used again while its stream was not ended by both sides.");
        var stream = new ScriptedStream(streamId, hop, target) { SendsSendmes = SendsStreamSendmes };
        _streams[streamId.Value] = stream;
        return stream;
    }

    private void Connect(ScriptedStream stream, bool echoes)
    {
        stream.Echoes = echoes;
        Send(stream.Hop, RelayCommand.Connected, stream.Id, []);
    }

    private void Resolve(int hop, StreamId streamId, string name)
    {
        _lookups.Add(streamId.Value);
        ResolvedAnswer answer = name switch
        {
            "example" => ResolvedAnswer.For(new System.Net.IPAddress([192, 0, 2, 1]), 600),
            "1.2.0.192.in-addr.arpa" => new ResolvedAnswer(ResolvedType.Hostname, Encoding.ASCII.GetBytes("example"), 600),
            _ => new ResolvedAnswer(ResolvedType.Error, default, 0),
        };
        Send(hop, streamId, new ResolvedMessage([answer]));
    }

    private void Data(int hop, StreamId streamId, ReadOnlySpan<byte> bytes)
    {
        DataReceived++;
        Layer layer = _layers[hop];
        if (--layer.DeliverWindow < 0)
            Complaints.Add("DATA beyond the window of the circuit.");
        if (SendsCircuitSendmes && layer.DeliverWindow <= 900)
        {
            layer.DeliverWindow += 100;
            Span<byte> sendme = stackalloc byte[3 + SendmeTagLength];
            sendme[0] = 1;
            sendme[1] = 0;
            sendme[2] = SendmeTagLength;
            layer.Crypto.ForwardTag.CopyTo(sendme[3..]);
            Send(hop, RelayCommand.Sendme, StreamId.Circuit, sendme);
        }

        if (bytes.IsEmpty || !_streams.TryGetValue(streamId.Value, out ScriptedStream? stream) || stream.EndedByClient || stream.Hop != hop)
        {
            Complaints.Add("DATA that is empty, or for no stream of ours.");
            return;
        }

        if (stream.EndedByUs)
            return;
        if (--stream.DeliverWindow < 0)
            Complaints.Add("DATA beyond the window of a stream.");
        stream.Receive(bytes);
        if (stream.SendsSendmes && stream.DeliverWindow <= 450)
        {
            stream.DeliverWindow += 50;
            Send(hop, RelayCommand.Sendme, streamId, []);
        }
    }

    private void Sendme(int hop, StreamId streamId, ReadOnlySpan<byte> message)
    {
        if (streamId != StreamId.Circuit)
        {
            StreamSendmesReceived++;
            if (!_streams.TryGetValue(streamId.Value, out ScriptedStream? stream) || stream.EndedByClient)
                Complaints.Add("SENDME for no stream of ours.");
            else if ((stream.PackageWindow += 50) > 500)
                Complaints.Add("SENDME opens the window of a stream too wide.");
            return;
        }

        CircuitSendmesReceived++;
        Layer layer = _layers[hop];
        if (layer.ExpectedCount == 0 || message.Length != 3 + SendmeTagLength || message is not [1, 0, SendmeTagLength, ..]
            || !message[3..].SequenceEqual(layer.ExpectedTags.AsSpan(layer.ExpectedFirst * SendmeTagLength, SendmeTagLength)))
        {
            Complaints.Add("SENDME that none was due for, or with a wrong tag.");
            return;
        }

        layer.ExpectedFirst = (layer.ExpectedFirst + 1) % 10;
        layer.ExpectedCount--;
        layer.PackageWindow += 100;
    }

    private void EncryptAndSend(int hop, CellBuffer cell)
    {
        Encrypt(hop, cell);
        toClient(cell);
    }

    private void Encrypt(int hop, CellBuffer cell)
    {
        _layers[hop].Crypto.OriginateBackward(cell.Body);
        for (int i = hop - 1; i >= 0; i--)
            _layers[i].Crypto.RelayBackward(cell.Body);
    }
}
