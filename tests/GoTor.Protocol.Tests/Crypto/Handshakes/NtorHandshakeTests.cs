using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Crypto.Handshakes;

public class NtorHandshakeTests
{
    // Arti, crates/tor-proto/src/crypto/handshake/ntor.rs, testvec (made with C tor's ntor_ref.py).
    private static readonly byte[] OnionSecret = Convert.FromHexString("4820544f4c4420594f5520444f474954204b454550532048415050454e494e47");
    private static readonly byte[] ClientSecret = Convert.FromHexString("706f6461792069207075742e2e2e2e2e2e2e2e4a454c4c59206f6e2074686973");
    private static readonly byte[] ServerSecret = Convert.FromHexString("70686520737175697272656c2e2e2e2e2e2e2e2e686173206869732067616d65");
    private static readonly RsaIdentity Relay = new("iToldYouAboutStairs."u8);

    private const string Request =
        "69546f6c64596f7541626f75745374616972732eccbc8541904d18af08753eae967874749e6149f873de937f57f8fd903a21c471"
        + "e65dfdbef8b2635837fe2cebc086a8096eae3213e6830dc407516083d412b078";

    private const string Reply =
        "390480a14362761d6aec1fea840f6e9e928fb2adb7b25c670be1045e35133a371cbdf68b89923e1f85e8e18ee6e805ea333fe4849c790ffd2670bd80fec95cc8";

    private const string Keys =
        "0c62dee7f48893370d0ef896758d35729867beef1a5121df80e00f79ed349af39b51cae125719182f19d932a667dae1afbf2e336e6910e78"
        + "22223e763afad0a13342157969dc6b79";

    [Fact]
    public void BothSides_PublishedVector_Match()
    {
        using var onionKey = new Curve25519KeyPair(OnionSecret);
        using var client = new NtorHandshake(Relay, onionKey.PublicKey, new FixedRandom(ClientSecret));
        byte[] request = new byte[client.RequestLength];
        Assert.Equal(84, client.WriteRequest(request));
        Assert.Equal(Request, Convert.ToHexStringLower(request));

        byte[] reply = new byte[NtorHandshake.ReplyLength];
        using RelayKeyMaterial server = NtorHandshake.Respond(request, Relay, onionKey, new FixedRandom(ServerSecret), reply);
        Assert.Equal(Reply, Convert.ToHexStringLower(reply));
        Assert.Equal(Keys, server.Tor1Hex());

        using RelayKeyMaterial completed = client.Complete(reply);
        Assert.Equal(server.AllHex(), completed.AllHex());
        Assert.True(completed.Extensions.IsEmpty);
    }

    [Fact]
    public void Complete_AnyByteAltered_IsNotBelieved()
    {
        using Curve25519KeyPair onionKey = Curve25519KeyPair.Generate(TorRandom.Secure);
        using var client = new NtorHandshake(Relay, onionKey.PublicKey, TorRandom.Secure);
        byte[] request = new byte[client.RequestLength], reply = new byte[NtorHandshake.ReplyLength];
        client.WriteRequest(request);
        NtorHandshake.Respond(request, Relay, onionKey, TorRandom.Secure, reply).Dispose();
        for (int i = 0; i < reply.Length; i++)
        {
            reply[i] ^= 4;
            Assert.Throws<CircuitViolationException>(() => client.Complete(reply));
            reply[i] ^= 4;
        }

        client.Complete(reply).Dispose();
    }

    [Fact]
    public void Respond_AnyByteOfIdentityOrKeyAltered_IsNotForUs()
    {
        using Curve25519KeyPair onionKey = Curve25519KeyPair.Generate(TorRandom.Secure);
        using var client = new NtorHandshake(Relay, onionKey.PublicKey, TorRandom.Secure);
        byte[] request = new byte[client.RequestLength];
        client.WriteRequest(request);
        for (int i = 0; i < 52; i++)
        {
            request[i] ^= 1;
            Assert.Throws<CircuitViolationException>(
                () => NtorHandshake.Respond(request, Relay, onionKey, TorRandom.Secure, new byte[64]));
            request[i] ^= 1;
        }
    }

    [Fact]
    public void Complete_RelayWithAnotherIdentity_IsNotBelieved()
    {
        // The relay has the right onion key but takes itself for somebody else: only AUTH can tell.
        using Curve25519KeyPair onionKey = Curve25519KeyPair.Generate(TorRandom.Secure);
        using var client = new NtorHandshake(Relay, onionKey.PublicKey, TorRandom.Secure);
        byte[] request = new byte[client.RequestLength], reply = new byte[NtorHandshake.ReplyLength];
        client.WriteRequest(request);
        var other = new RsaIdentity(new byte[20]);
        other.CopyTo(request);
        NtorHandshake.Respond(request, other, onionKey, TorRandom.Secure, reply).Dispose();
        Assert.Throws<CircuitViolationException>(() => client.Complete(reply));
    }

    [Fact]
    public void Complete_ServerKeyOfSmallOrderWithMatchingAuth_IsNotBelieved()
    {
        // The relay makes EXP(Y,x) zero, so that the ephemeral half adds nothing, and proves knowledge of the result.
        using Curve25519KeyPair onionKey = Curve25519KeyPair.Generate(TorRandom.Secure);
        using var client = new NtorHandshake(Relay, onionKey.PublicKey, TorRandom.Secure);
        byte[] request = new byte[client.RequestLength], reply = new byte[NtorHandshake.ReplyLength];
        client.WriteRequest(request);
        using var transcript = new NtorTranscript();
        onionKey.TryAgree(request.AsSpan(52), transcript.OnionKeySecret);
        transcript.Bind(Relay, onionKey.PublicKey, request.AsSpan(52), reply.AsSpan(0, 32));
        transcript.Authenticate(reply.AsSpan(32));
        Assert.Throws<CircuitViolationException>(() => client.Complete(reply));
    }

    [Fact]
    public void Respond_ClientKeyOfSmallOrder_IsRefused()
    {
        using Curve25519KeyPair onionKey = Curve25519KeyPair.Generate(TorRandom.Secure);
        byte[] request = [.. Relay.AsSpan(), .. onionKey.PublicKey, .. new byte[32]];
        Assert.Throws<CircuitViolationException>(
            () => NtorHandshake.Respond(request, Relay, onionKey, TorRandom.Secure, new byte[64]));
    }

    // 65535 is what HLEN can say at most; the cell codec refuses it earlier.
    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(505)]
    [InlineData(65535)]
    public void Complete_ReplyOfWrongSize_IsMalformed(int length)
    {
        using Curve25519KeyPair onionKey = Curve25519KeyPair.Generate(TorRandom.Secure);
        using var client = new NtorHandshake(Relay, onionKey.PublicKey, TorRandom.Secure);
        Assert.Throws<MalformedMessageException>(() => client.Complete(new byte[length]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(83)]
    [InlineData(85)]
    public void Respond_RequestOfWrongSize_IsMalformed(int length)
    {
        using Curve25519KeyPair onionKey = Curve25519KeyPair.Generate(TorRandom.Secure);
        Assert.Throws<MalformedMessageException>(
            () => NtorHandshake.Respond(new byte[length], Relay, onionKey, TorRandom.Secure, new byte[64]));
    }
}
