using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GoTor.Client.Channels;
using GoTor.Sandbox.Relays;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Channels;

/// <summary>
/// B32: relays that are hostile already in TLS. Each sends its bytes as they are, after the client's hello, and keeps the connection open:
/// the client must end it by itself, with a failure and nothing worse.
/// </summary>
public sealed class HostileTlsTests
{
    private const byte Handshake = 22;
    private const int MaxRecord = 16 * 1024;

    [Trait("Case", "B32")]
    [Theory]
    [InlineData("alert")]
    [InlineData("alert-unknown")]
    [InlineData("empty-records")]
    [InlineData("record-too-long")]
    [InlineData("ssl2")]
    [InlineData("thousand-certificates")]
    [InlineData("rsa-16384")]
    [InlineData("no-certificate")]
    public async Task Relay_HostileInTls_IsAFailureAndNothingElse(string how)
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();
        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        using Socket socket = await relay.AcceptTcpAsync();
        Assert.True(await socket.ReceiveAsync(new byte[4096]) > 0);
        Task sending = SendAsync(socket, Bytes(how));

        ChannelException e = await Assert.ThrowsAsync<ChannelException>(() => getting.WaitAsync(LoopbackRelay.Patience));
        Assert.Equal(ChannelEnd.HandshakeFailed, e.End);
        Assert.Empty(harness.Manager.Channels);
        await sending.WaitAsync(LoopbackRelay.Patience);

        // The next relay is served as if nothing had been.
        await using LoopbackRelay honest = LoopbackRelay.Start(RelayKeys.Generate());
        Task<LoopbackLink> accepting = honest.AcceptOpenAsync();
        Assert.True((await harness.Manager.GetAsync(honest.Target, CancellationToken.None)).IsOpen);
        await accepting;
    }

    private static byte[] Bytes(string how) => how switch
    {
        "alert" => [21, 3, 3, 0, 2, 2, 40],
        "alert-unknown" => [21, 3, 3, 0, 2, 2, 255],
        "empty-records" => [.. Enumerable.Repeat<byte[]>([Handshake, 3, 3, 0, 0], 1000).SelectMany(record => record)],
        "record-too-long" => [Handshake, 3, 3, 0xff, 0xff, .. new byte[ushort.MaxValue]],
        "ssl2" => [0x80, 0x2e, 1, 0, 2, .. new byte[100]],
        "thousand-certificates" => [.. ServerHello(), .. Certificates([.. Enumerable.Repeat(LargeCertificate.Value, 1000)])],
        "rsa-16384" => [.. ServerHello(), .. Certificates([LargeCertificate.Value]), .. KeyExchange(), .. Records([14, 0, 0, 0])],
        _ => [.. ServerHello(), .. Certificates([]), .. Records([14, 0, 0, 0])],
    };

    /// <summary>An RSA key of 16,384 bits, which nobody has the other half of.</summary>
    private static readonly Lazy<byte[]> LargeCertificate = new(() =>
    {
        byte[] modulus = RandomNumberGenerator.GetBytes(2048);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        using RSA subject = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });
        using ECDsa issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=large"), new PublicKey(subject), HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.Create(
            new X500DistinguishedName("CN=issuer"), X509SignatureGenerator.CreateForECDsa(issuer),
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30), [1]);
        return certificate.RawData;
    });

    // TLS 1.2, ECDHE with RSA and AES-128-GCM, secure renegotiation. RFC 5246 and 5746.
    private static byte[] ServerHello() => Records(Message(
        2, [3, 3, .. RandomNumberGenerator.GetBytes(32), 0, 0xC0, 0x2F, 0, 0, 5, 0xFF, 1, 0, 1, 0]));

    private static byte[] Certificates(IReadOnlyList<byte[]> chain) =>
        Records(Message(11, Prefixed([.. chain.SelectMany(certificate => Prefixed(certificate))])));

    // X25519, and an RSA-PSS signature that is noise.
    private static byte[] KeyExchange() => Records(Message(
        12, [3, 0, 29, 32, 9, .. new byte[31], 8, 4, 8, 0, .. RandomNumberGenerator.GetBytes(2048)]));

    private static byte[] Message(byte type, byte[] body) => [type, .. Prefixed(body)];

    private static byte[] Prefixed(byte[] body) => [(byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body];

    private static byte[] Records(byte[] message)
    {
        List<byte> records = [];
        foreach (byte[] part in message.Chunk(MaxRecord))
        {
            byte[] header = [Handshake, 3, 3, 0, 0];
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(3), (ushort)part.Length);
            records.AddRange([.. header, .. part]);
        }

        return [.. records];
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        try
        {
            for (int sent = 0; sent < bytes.Length;)
                sent += await socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None);
        }
        catch (SocketException)
        {
            // The client has had enough.
        }
    }
}
