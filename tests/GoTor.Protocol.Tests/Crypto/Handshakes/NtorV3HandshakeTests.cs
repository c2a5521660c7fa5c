using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Crypto.Handshakes;

public class NtorV3HandshakeTests
{
    // C tor, src/test/test_ntor_v3.c, test_ntor3_testvecs (from a Python implementation, confirmed with Arti).
    private static readonly byte[] OnionSecret = Convert.FromHexString("4051daa5921cfa2a1c27b08451324919538e79e788a81b38cbed097a5dff454a");
    private static readonly byte[] OnionPublic = Convert.FromHexString("f8307a2bc1870b00b828bb74dbb8fd88e632a6375ab3bcd1ae706aaa8b6cdd1d");
    private static readonly byte[] Identity = Convert.FromHexString("9fad2af287ef942632833d21f946c6260c33fae6172b60006e86e4a6911753a2");
    private static readonly byte[] ClientSecret = Convert.FromHexString("b825a3719147bcbe5fb1d0b0fcb9c09e51948048e2e3283d2ab7b45b5ef38b49");
    private static readonly byte[] ServerSecret = Convert.FromHexString("4865a5b7689dafd978f529291c7171bc159be076b92186405d13220b80e2a053");

    private const string Request =
        "9fad2af287ef942632833d21f946c6260c33fae6172b60006e86e4a6911753a2f8307a2bc1870b00b828bb74dbb8fd88e632a6375ab3bcd1ae706aaa8b6cdd1d"
        + "252fe9ae91264c91d4ecb8501f79d0387e34ad8ca0f7c995184f7d11d5da4f463bebd9151fd3b47c180abc9e044d53565f04d82bbb3bebed3d06cea65db8be9c"
        + "72b68cd461942088502f67";

    private const string Reply =
        "4bf4814326fdab45ad5184f5518bd7fae25dc59374062698201a50a22954246d2fc5f8773ca824542bc6cf6f57c7c29bbf4e5476461ab130c5b18ab0a9127665"
        + "1202c3e1e87c0d32054c";

    // The first 92 of the 256 bytes there.
    private const string Keys =
        "9c19b631fd94ed86a817e01f6c80b0743a43f5faebd39cfaa8b00fa8bcc65c3bfeaa403d91acbd68a821bf6ee8504602b094a254392a07737d5662768c7a9fb1"
        + "b2814bb34780eaee6e867c773e28c212ead563e98a1cd5d5b4576f5e";

    [Fact]
    public void WriteRequest_PublishedVector_Matches()
    {
        using NtorV3Handshake client = VectorClient();
        byte[] request = new byte[client.RequestLength];
        Assert.Equal(request.Length, client.WriteRequest(request));
        Assert.Equal(Request, Convert.ToHexStringLower(request));
    }

    [Fact]
    public void Complete_PublishedVector_YieldsKeysAndMessage()
    {
        using NtorV3Handshake client = VectorClient();
        using RelayKeyMaterial keys = client.Complete(Convert.FromHexString(Reply));
        Assert.Equal(Keys, keys.AllHex());
        Assert.Equal("Hola Mundo"u8, keys.Extensions.Span);
    }

    [Fact]
    public void Responder_PublishedVector_ReadsMessageAndReplies()
    {
        using var onionKey = new Curve25519KeyPair(OnionSecret);
        Assert.Equal(OnionPublic, onionKey.PublicKey);
        using NtorV3Responder responder = NtorV3Responder.Accept(
            Convert.FromHexString(Request), new Ed25519Identity(Identity), onionKey, "xyzzy"u8);
        Assert.Equal("hello world"u8, responder.ClientMessage.Span);

        byte[] reply = new byte[100];
        using RelayKeyMaterial keys = responder.Reply("Hola Mundo"u8, new FixedRandom(ServerSecret), reply, out int written);
        Assert.Equal(Reply, Convert.ToHexStringLower(reply.AsSpan(0, written)));
        Assert.Equal(Keys, keys.AllHex());
    }

    [Fact]
    public void Complete_AnyByteAltered_IsNotBelieved()
    {
        byte[] reply = Convert.FromHexString(Reply);
        using NtorV3Handshake client = VectorClient();
        for (int i = 0; i < reply.Length; i++)
        {
            reply[i] ^= 1;
            Assert.Throws<CircuitViolationException>(() => client.Complete(reply));
            reply[i] ^= 1;
        }

        client.Complete(reply).Dispose();
    }

    [Fact]
    public void Responder_AnyByteAltered_IsNotForUs()
    {
        byte[] request = Convert.FromHexString(Request);
        using var onionKey = new Curve25519KeyPair(OnionSecret);
        for (int i = 0; i < request.Length; i++)
        {
            request[i] ^= 1;
            Assert.Throws<CircuitViolationException>(
                () => NtorV3Responder.Accept(request, new Ed25519Identity(Identity), onionKey, "xyzzy"u8));
            request[i] ^= 1;
        }
    }

    [Fact]
    public void BothSides_OtherVerificationString_DoNotAgree()
    {
        using var onionKey = new Curve25519KeyPair(OnionSecret);
        Assert.Throws<CircuitViolationException>(
            () => NtorV3Responder.Accept(Convert.FromHexString(Request), new Ed25519Identity(Identity), onionKey));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    public void BothSides_CircuitExtend_AgreeOnKeysAndCarryMessages(int length)
    {
        byte[] asked = new byte[length], answered = new byte[length + 7];
        TorRandom.Secure.Fill(asked);
        TorRandom.Secure.Fill(answered);
        using Curve25519KeyPair onionKey = Curve25519KeyPair.Generate(TorRandom.Secure);
        var identity = new Ed25519Identity(Identity);
        using var client = new NtorV3Handshake(identity, onionKey.PublicKey, asked, TorRandom.Secure);
        byte[] request = new byte[client.RequestLength], reply = new byte[507];
        Assert.Equal(request.Length, client.WriteRequest(request));

        using NtorV3Responder responder = NtorV3Responder.Accept(request, identity, onionKey);
        Assert.Equal(asked, responder.ClientMessage.ToArray());
        using RelayKeyMaterial server = responder.Reply(answered, TorRandom.Secure, reply, out int written);
        using RelayKeyMaterial completed = client.Complete(reply.AsSpan(0, written));
        Assert.Equal(server.AllHex(), completed.AllHex());
        Assert.Equal(answered, completed.Extensions.ToArray());
    }

    [Trait("Case", "B05")]
    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(508)]
    [InlineData(65535)]
    public void Complete_ReplyOfWrongSize_IsMalformed(int length)
    {
        using NtorV3Handshake client = VectorClient();
        Assert.Throws<MalformedMessageException>(() => client.Complete(new byte[length]));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(505)]
    [InlineData(507)]
    public void Complete_ReplyOfLegalSizeButNoMeaning_IsNotBelieved(int length)
    {
        using NtorV3Handshake client = VectorClient();
        Assert.Throws<CircuitViolationException>(() => client.Complete(new byte[length]));
    }

    [Fact]
    public void Responder_EveryTruncation_IsRefused()
    {
        byte[] request = Convert.FromHexString(Request);
        using var onionKey = new Curve25519KeyPair(OnionSecret);
        for (int length = 0; length < request.Length; length++)
        {
            Exception refused = Assert.ThrowsAny<Exception>(
                () => NtorV3Responder.Accept(request.AsSpan(0, length), new Ed25519Identity(Identity), onionKey, "xyzzy"u8));
            Assert.Equal(length < 128 ? typeof(MalformedMessageException) : typeof(CircuitViolationException), refused.GetType());
        }
    }

    [Fact]
    public void Client_OnionKeyOfSmallOrder_IsRefused() =>
        Assert.Throws<CircuitViolationException>(
            () => new NtorV3Handshake(new Ed25519Identity(Identity), new byte[32], [], TorRandom.Secure));

    [Fact]
    public void Complete_ServerKeyOfSmallOrderWithMatchingAuth_IsNotBelieved()
    {
        byte[] reply = new byte[NtorV3Handshake.MinReplyLength];
        using NtorV3Handshake client = VectorClient();
        byte[] request = new byte[client.RequestLength];
        client.WriteRequest(request);
        using var onionKey = new Curve25519KeyPair(OnionSecret);
        using var transcript = new NtorV3Transcript(new Ed25519Identity(Identity), OnionPublic, request.AsSpan(64, 32), "xyzzy"u8);
        onionKey.TryAgree(request.AsSpan(64, 32), transcript.OnionKeySecret);
        transcript.OpenClientMessage(request.AsSpan(96, 11));
        using NtorV3Secrets secrets = transcript.Finish(new byte[32], reply.AsSpan(0, 32));
        transcript.Authenticate(secrets, reply.AsSpan(0, 32), [], reply.AsSpan(32));
        Assert.Throws<CircuitViolationException>(() => client.Complete(reply));
    }

    private static NtorV3Handshake VectorClient() =>
        new(new Ed25519Identity(Identity), OnionPublic, "hello world"u8, new FixedRandom(ClientSecret), "xyzzy"u8);
}
