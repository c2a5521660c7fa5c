using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Crypto.Handshakes;

public class CreateFastHandshakeTests
{
    // Arti, crates/tor-proto/src/crypto/handshake/fast.rs, testvec ("generated from Tor"): request, reply, first 72 bytes of keys.
    [Theory]
    [InlineData(
        "080E247DF7C252FCD2DC10F459703480C223E3A6",
        "BA95C0D092335428BF80093BBED0B7A26C49E1E8696FBF9C8D6BE26504219C000D26AFE370FCEF04",
        "afa89b4fc8cf882335a582c52478b5fcb1e08daf707e2c2d23b8c27d30bd461f3df98a3af82221cb658ad0aa8680b99067e4f7dbc546970e"
        + "a9a56b26433c71da867bdd09c14a1308")]
    [InlineData(
        "5F786C724C2F5978474A04FA63772057AD896A03",
        "6210B037001405742FE78B6F5B34E6DB3C9F2F7E24239498613E0ED872E110A00774A3FCB37A7507",
        "d41b65d83fb4b34a322b658be4d706edcd8b62813757e719118c394e1f22e1c8ea8959bab30e856a914c3054946f547397094de031f5bca3"
        + "84c65c8880bf7aab9ce7bee33971f9de")]
    public void BothSides_CTorVectors_Match(string request, string reply, string keys)
    {
        byte[] x = Convert.FromHexString(request), expectedReply = Convert.FromHexString(reply);
        using var client = new CreateFastHandshake(new FixedRandom(x));
        byte[] sent = new byte[client.RequestLength];
        Assert.Equal(20, client.WriteRequest(sent));
        Assert.Equal(x, sent);

        byte[] answered = new byte[CreateFastHandshake.ReplyLength];
        using RelayKeyMaterial server = CreateFastHandshake.Respond(sent, new FixedRandom(expectedReply[..20]), answered);
        Assert.Equal(expectedReply, answered);
        Assert.Equal(keys, server.Tor1Hex());

        using RelayKeyMaterial completed = client.Complete(answered);
        Assert.Equal(server.AllHex(), completed.AllHex());
    }

    [Fact]
    public void Complete_AnyBitFlipped_IsNotBelieved()
    {
        using var client = new CreateFastHandshake(TorRandom.Secure);
        byte[] request = new byte[20], reply = new byte[40];
        client.WriteRequest(request);
        CreateFastHandshake.Respond(request, TorRandom.Secure, reply).Dispose();
        for (int bit = 0; bit < reply.Length * 8; bit++)
        {
            reply[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<CircuitViolationException>(() => client.Complete(reply));
            reply[bit / 8] ^= (byte)(1 << bit % 8);
        }

        client.Complete(reply).Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(39)]
    [InlineData(41)]
    [InlineData(505)]
    public void Complete_ReplyOfWrongSize_IsMalformed(int length)
    {
        using var client = new CreateFastHandshake(TorRandom.Secure);
        Assert.Throws<MalformedMessageException>(() => client.Complete(new byte[length]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(21)]
    public void Respond_RequestOfWrongSize_IsMalformed(int length) =>
        Assert.Throws<MalformedMessageException>(() => CreateFastHandshake.Respond(new byte[length], TorRandom.Secure, new byte[40]));
}
