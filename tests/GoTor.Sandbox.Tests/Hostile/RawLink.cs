using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Links;
using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Tests.Hostile;

/// <summary>One cell from a relay.</summary>
internal sealed record RawCell(CircuitId CircuitId, ChannelCommand Command, byte[] Body);

/// <summary>A client that knows how to talk to a relay and need not keep to it. One caller at a time.</summary>
internal sealed class RawLink : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SslStream _tls;
    private readonly LinkReader _reader;

    private RawLink(SslStream tls)
    {
        _tls = tls;
        _reader = new LinkReader(tls);
    }

    /// <summary>After TLS; nothing has been said.</summary>
    public static async Task<RawLink> ConnectAsync(SandboxRelay relay)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(relay.Address.OrPort);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "raw.sandbox",
#pragma warning disable CA5359 // The link handshake checks whom we talk to.
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        }).WaitAsync(Patience);
        return new RawLink(tls);
    }

    /// <summary>After a good link handshake.</summary>
    public static async Task<RawLink> OpenAsync(SandboxRelay relay)
    {
        RawLink link = await ConnectAsync(relay);
        using var patience = new CancellationTokenSource(Patience);
        await LinkHandshakes.InitiateAsync(
            link._tls, link._reader, relay.Address, link._tls.RemoteCertificate!.GetRawCertData(), TimeProvider.System.GetUtcNow(), patience.Token);
        return link;
    }

    public async Task SendRawAsync(byte[] bytes) => await _tls.WriteAsync(bytes).AsTask().WaitAsync(Patience);

    /// <summary>A fixed cell: the body as given and zeros behind.</summary>
    public Task SendAsync(CircuitId id, ChannelCommand command, params byte[] body) => SendRawAsync(Cell(id, command, body));

    public static byte[] Cell(CircuitId id, ChannelCommand command, ReadOnlySpan<byte> body)
    {
        var cell = new byte[CellLayout.CellLength];
        BinaryPrimitives.WriteUInt32BigEndian(cell, id.Value);
        cell[CellLayout.CommandOffset] = (byte)command;
        body.CopyTo(cell.AsSpan(CellLayout.BodyOffset));
        return cell;
    }

    /// <summary>The relay's next cell; null once it has closed the link.</summary>
    public async Task<RawCell?> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (TryTake(out RawCell? cell))
                return cell;
            try
            {
                if (!await _reader.ReadMoreAsync(patience.Token))
                    return null;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>The next cell that is not DATA.</summary>
    public async Task<RawCell?> ReceiveAsync(CircuitId id)
    {
        while (await ReceiveAsync() is { } cell)
        {
            if (cell.CircuitId == id)
                return cell;
        }

        return null;
    }

    /// <summary>A circuit of one hop, made with CREATE_FAST.</summary>
    public async Task<RawCircuit> CreateAsync(uint number = 1)
    {
        var id = new CircuitId(CircuitId.InitiatorBit | number);
        using var handshake = new CreateFastHandshake(TorRandom.Secure);
        var request = new byte[handshake.RequestLength];
        handshake.WriteRequest(request);
        await SendAsync(id, ChannelCommand.CreateFast, request);
        RawCell answer = await ReceiveAsync(id) ?? throw new EndOfStreamException();
        using RelayKeyMaterial keys = handshake.Complete(answer.Body.AsSpan(0, CreateFastHandshake.ReplyLength));
        return new RawCircuit(this, id, keys);
    }

    public ValueTask DisposeAsync() => _tls.DisposeAsync();

    private bool TryTake(out RawCell? cell)
    {
        ReadOnlySpan<byte> pending = _reader.Pending;
        bool taken = _reader.Framer.TryRead(ref pending, out FramedCell framed);
        cell = taken ? new RawCell(framed.CircuitId, framed.Command, framed.Body.ToArray()) : null;
        _reader.Keep(pending.Length);
        return taken;
    }
}
