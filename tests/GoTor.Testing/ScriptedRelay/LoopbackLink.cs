using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>
/// The relay's end of one connection after TLS. Sends whatever it is told, whether that makes sense or not; receives what a client may
/// send. One sender and one receiver at a time.
/// </summary>
internal sealed class LoopbackLink(SslStream tls, RelayKeys keys, TimeProvider time) : IAsyncDisposable
{
    private const int NarrowId = 2;
    private const int WideId = 4;

    private readonly byte[] _one = new byte[1];
    private int _idLength = NarrowId;
    private bool _receivedVersions;

    public Stream Stream => tls;

    public RelayKeys Keys => keys;

    public SslProtocols Protocol => tls.SslProtocol;

    /// <summary>The name that the client asked for in TLS.</summary>
    public string TargetHostName => tls.TargetHostName;

    /// <summary>An honest relay's handshake, with one answer replaced where the test says so.</summary>
    public async Task HandshakeAsync(IReadOnlyList<ushort>? versions = null, CertsMessage? certs = null, uint? timestamp = null)
    {
        (await ReceiveCellAsync()).Decode<VersionsMessage>();
        await SendVersionsAsync(versions ?? [3, 4, 5]);
        await SendCertsAsync(certs);
        await SendAuthChallengeAsync();
        await SendNetinfoAsync(timestamp);
        (await ReceiveCellAsync()).Decode<NetinfoMessage>();
    }

    /// <summary>Sends VERSIONS with a narrow circuit id; everything after it has wide ones.</summary>
    public async Task SendVersionsAsync(params IReadOnlyList<ushort> versions)
    {
        await SendAsync(CircuitId.Channel, new VersionsMessage(versions));
        UseWideCircuitIds();
    }

    public Task SendCertsAsync(CertsMessage? certs = null) => SendAsync(CircuitId.Channel, certs ?? keys.MakeCerts(time.GetUtcNow()));

    public Task SendAuthChallengeAsync() => SendAsync(CircuitId.Channel, new AuthChallengeMessage(new byte[32], [1, 3]));

    public Task SendNetinfoAsync(uint? timestamp = null) => SendAsync(
        CircuitId.Channel,
        new NetinfoMessage(timestamp ?? (uint)time.GetUtcNow().ToUnixTimeSeconds(), IPAddress.Loopback, [IPAddress.Loopback]));

    public void UseWideCircuitIds() => _idLength = WideId;

    public Task SendAsync<TMessage>(CircuitId circuitId, TMessage message)
        where TMessage : IChannelMessage<TMessage>
    {
        var body = new byte[ushort.MaxValue];
        var writer = new WireWriter(body);
        message.Encode(ref writer);
        return SendCellAsync(circuitId, TMessage.Command, body.AsMemory(0, writer.Written));
    }

    /// <summary>Sends any cell: the command decides whether it is fixed, in which case zeros follow the body.</summary>
    public Task SendCellAsync(CircuitId circuitId, ChannelCommand command, ReadOnlyMemory<byte> body) =>
        SendRawAsync(MakeCell(circuitId, command, body.Span));

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes) => await tls.WriteAsync(bytes);

    public byte[] MakeCell(CircuitId circuitId, ChannelCommand command, ReadOnlySpan<byte> body)
    {
        int header = _idLength + 1;
        byte[] cell;
        if (command.IsVariableLength())
        {
            cell = new byte[header + 2 + body.Length];
            BinaryPrimitives.WriteUInt16BigEndian(cell.AsSpan(header), (ushort)body.Length);
            body.CopyTo(cell.AsSpan(header + 2));
        }
        else
        {
            cell = new byte[header + CellLayout.BodyLength];
            body.CopyTo(cell.AsSpan(header));
        }

        if (_idLength == WideId)
            BinaryPrimitives.WriteUInt32BigEndian(cell, circuitId.Value);
        else
            BinaryPrimitives.WriteUInt16BigEndian(cell, (ushort)circuitId.Value);
        cell[_idLength] = (byte)command;
        return cell;
    }

    /// <summary>The client's next cell. Its VERSIONS is the only one that has a narrow circuit id.</summary>
    /// <exception cref="EndOfStreamException">The client has closed the connection.</exception>
    /// <exception cref="TimeoutException">It has sent nothing for <see cref="LoopbackRelay.Patience"/>.</exception>
    public async Task<ReceivedCell> ReceiveCellAsync(CancellationToken cancellationToken = default)
    {
        byte[] header = await ReadAsync(_receivedVersions ? WideId + 1 : NarrowId + 1, cancellationToken);
        uint id = _receivedVersions ? BinaryPrimitives.ReadUInt32BigEndian(header) : BinaryPrimitives.ReadUInt16BigEndian(header);
        var command = (ChannelCommand)header[^1];
        _receivedVersions = true;
        int length = command.IsVariableLength()
            ? BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2, cancellationToken))
            : CellLayout.BodyLength;
        return new ReceivedCell(new CircuitId(id), command, await ReadAsync(length, cancellationToken));
    }

    /// <summary>Waits until the client has closed the connection; what it sends until then is dropped.</summary>
    public async Task WaitForCloseAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            while (await tls.ReadAsync(_one, cancellationToken).AsTask().WaitAsync(LoopbackRelay.Patience, cancellationToken) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A reset is a close, too.
        }
    }

    public ValueTask DisposeAsync() => tls.DisposeAsync();

    private async Task<byte[]> ReadAsync(int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await tls.ReadExactlyAsync(bytes, cancellationToken).AsTask().WaitAsync(LoopbackRelay.Patience, cancellationToken);
        return bytes;
    }
}
