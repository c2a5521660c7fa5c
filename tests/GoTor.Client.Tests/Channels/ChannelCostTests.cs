using System.Net;
using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Channels;

/// <summary>What a relay can make us do before it has proven anything, counted in bytes and reads. No sockets, no TLS.</summary>
public sealed class ChannelCostTests
{
    private static readonly RelayKeys Keys = RelayKeys.Generate();

    // B36: the relay's part of the handshake, cut off at every byte. In what comes after CERTS every cut costs signatures, so not all.
    [Fact]
    public async Task Handshake_CutAnywhere_IsAFailure()
    {
        byte[] all = Handshake(out int proven);
        Assert.Equal(5, (await ShakeHandsAsync(new PieceStream(all, all.Length))).LinkVersion);
        for (int length = 0; length < all.Length; length += length < proven || length > all.Length - 3 ? 1 : 37)
        {
            ChannelException e = await Assert.ThrowsAsync<ChannelException>(() => ShakeHandsAsync(new PieceStream(all[..length], 512)));
            Assert.Equal(ChannelEnd.HandshakeFailed, e.End);
        }
    }

    // B33: garbage is refused where it first makes no sense, not read to its end.
    [Trait("Case", "B33")]
    [Theory]
    [InlineData(0x00)]
    [InlineData(0x07)]
    [InlineData(0x55)]
    [InlineData(0xff)]
    public async Task Handshake_EndlessGarbage_IsGivenUpAfterOneBuffer(byte garbage)
    {
        byte[] piece = new byte[1 << 20];
        Array.Fill(piece, garbage);
        var stream = new PieceStream(piece, piece.Length);

        ChannelException e = await Assert.ThrowsAsync<ChannelException>(() => ShakeHandsAsync(stream));

        Assert.Equal(ChannelEnd.Violation, e.End);
        Assert.InRange(stream.BytesRead, 1, ChannelReader.BufferLength);
    }

    // B33: padding is legal and endless; it ends with the time for handshakes, and one read takes all that a buffer holds.
    [Trait("Case", "B33")]
    [Fact]
    public async Task Handshake_EndlessPadding_EndsAtTheDeadline()
    {
        const int ReadsInTime = 100;
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        byte[] padding = Padding(1000);
        var stream = new PieceStream(padding, int.MaxValue) { Repeats = true };
        stream.OnRead = reads =>
        {
            if (reads == ReadsInTime)
                time.Advance(TimeSpan.FromSeconds(11));
        };

        ChannelException e = await Assert.ThrowsAsync<ChannelException>(() => ShakeHandsAsync(stream, time));

        Assert.Equal(ChannelEnd.HandshakeFailed, e.End);
        Assert.InRange(stream.Reads, ReadsInTime, ReadsInTime + 1);
    }

    // B38: the largest CERTS that is read, byte by byte, is moved at most once; and however long the channel lives, less is moved than came.
    [Trait("Case", "B38")]
    [Fact]
    public async Task Reader_FedByteByByte_MovesFewBytes()
    {
        byte[] certs = new byte[7 + 16_000];
        certs[4] = (byte)ChannelCommand.Certs;
        certs[5] = 16_000 >> 8;
        certs[6] = 16_000 & 0xff;
        var stream = new PieceStream(certs, 1) { Repeats = true };
        var reader = new ChannelReader(stream);
        reader.Framer.UseWideCircuitIds();
        long moved = 0;
        int cells = 0;
        while (cells < 12)
        {
            int room = stream.LastRoom;
            int pending = reader.Pending.Length;
            reader.Arrived(await reader.ReadMoreAsync(CancellationToken.None));
            // More room than the last read left: what was pending has been moved to the front.
            if (stream.LastRoom > room - 1 && pending > 0 && room > 0)
                moved += pending;
            ReadOnlySpan<byte> left = reader.Pending;
            while (reader.Framer.TryRead(ref left, out _))
                cells++;
            reader.Keep(left.Length);
        }

        Assert.InRange(moved, 0, stream.BytesRead / 2);
        Assert.InRange(stream.MostRoom, 1, ChannelReader.BufferLength);
    }

    private static Task<LinkHandshakeResult> ShakeHandsAsync(PieceStream stream, TimeProvider? time = null) => LinkHandshake.RunAsync(
        stream,
        new ChannelReader(stream),
        Keys.Tls.RawData,
        IPAddress.Loopback,
        new()
        {
            OrPorts = [new IPEndPoint(IPAddress.Loopback, 1)],
            RsaIdentity = Keys.Rsa.PublicKey.Fingerprint,
            Ed25519Identity = Keys.Identity.PublicKey,
        },
        time ?? TimeProvider.System,
        CancellationToken.None);

    /// <param name="proven">Where CERTS ends.</param>
    private static byte[] Handshake(out int proven)
    {
        List<byte> all = [0, 0, (byte)ChannelCommand.Versions, 0, 2, 0, 5];
        Add(all, Keys.MakeCerts(DateTimeOffset.UtcNow));
        proven = all.Count;
        Add(all, new AuthChallengeMessage(new byte[32], [1, 3]));
        Add(all, new NetinfoMessage((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), IPAddress.Loopback, [IPAddress.Loopback]));
        return [.. all];
    }

    private static void Add<TMessage>(List<byte> cells, TMessage message)
        where TMessage : IChannelMessage<TMessage>
    {
        byte[] body = new byte[4096];
        var writer = new WireWriter(body);
        message.Encode(ref writer);
        bool isVariable = TMessage.Command.IsVariableLength();
        cells.AddRange([0, 0, 0, 0, (byte)TMessage.Command]);
        if (isVariable)
            cells.AddRange([(byte)(writer.Written >> 8), (byte)writer.Written]);
        cells.AddRange(body[..(isVariable ? writer.Written : 509)]);
    }

    private static byte[] Padding(int length) =>
        [0, 0, (byte)ChannelCommand.VPadding, (byte)(length >> 8), (byte)length, .. new byte[length]];

    /// <summary>A relay that is nothing but bytes.</summary>
    private sealed class PieceStream(byte[] bytes, int pieceLength) : DelegatingStream(Null)
    {
        private int _position;

        /// <summary>Begins again at the end, instead of ending.</summary>
        public bool Repeats { get; init; }

        public Action<int>? OnRead { get; set; }

        public int Reads { get; private set; }

        public long BytesRead { get; private set; }

        public int LastRoom { get; private set; }

        public int MostRoom { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            OnRead?.Invoke(++Reads);
            if (cancellationToken.IsCancellationRequested)
                return ValueTask.FromCanceled<int>(cancellationToken);
            LastRoom = buffer.Length;
            MostRoom = Math.Max(MostRoom, buffer.Length);
            int wanted = Math.Min(pieceLength, buffer.Length);
            int count = 0;
            while (count < wanted)
            {
                if (_position == bytes.Length)
                {
                    if (!Repeats)
                        break;
                    _position = 0;
                }

                int part = Math.Min(wanted - count, bytes.Length - _position);
                bytes.AsMemory(_position, part).CopyTo(buffer[count..]);
                _position += part;
                count += part;
            }

            BytesRead += count;
            return ValueTask.FromResult(count);
        }
    }
}
