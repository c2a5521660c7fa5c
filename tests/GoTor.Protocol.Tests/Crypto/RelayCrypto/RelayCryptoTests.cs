using FsCheck.Xunit;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;

namespace GoTor.Protocol.Tests.Crypto.RelayCrypto;

/// <summary>The client against relays that hold the other ends of its layers.</summary>
public class RelayCryptoTests
{
    private const int BodyLength = 509;

    [Property(MaxTest = 50)]
    public void AnyCells_ToAndFromAnyHops_ArriveUnchangedAndWithTheSameTags(byte[] script, byte seed)
    {
        using var circuit = new TestCircuit(3);
        foreach (byte step in script)
        {
            int hop = step % 3;
            byte[] body = Message(seed, step);
            if ((step & 0x80) == 0)
            {
                Assert.True(circuit.SendForward(body, hop, out int arrivedAt));
                Assert.Equal(hop, arrivedAt);
                Assert.Equal(circuit.Relays[hop].ForwardTag, circuit.Client.OutboundTag(hop));
            }
            else
            {
                Assert.Equal(hop, circuit.SendBackward(body, hop));
                Assert.Equal(circuit.Relays[hop].BackwardTag, circuit.Client.InboundTag(hop));
            }

            AssertPayload(Message(seed, step), body);
        }
    }

    [Trait("Case", "B36")]
    [Fact]
    public void DecryptInbound_AnyOneBitFlippedInAnyPosition_IsUnrecognised()
    {
        for (int position = 0; position < BodyLength; position++)
        {
            using var circuit = new TestCircuit(3);
            byte[] body = Message(1, (byte)position);
            circuit.Encrypt(body, 2);
            body[position] ^= (byte)(1 << position % 8);
            Assert.Equal(ClientRelayCrypto.Unrecognised, circuit.Client.DecryptInbound(body));
        }
    }

    [Fact]
    public void DecryptForward_AnyOneBitFlippedInAnyPosition_IsUnrecognised()
    {
        for (int position = 0; position < BodyLength; position++)
        {
            using var circuit = new TestCircuit(1);
            byte[] body = Message(1, (byte)position);
            circuit.Client.EncryptOutbound(body, 0);
            body[position] ^= (byte)(1 << position % 8);
            Assert.False(circuit.Relays[0].DecryptForward(body, isLastHop: true));
        }
    }

    [Fact]
    public void DecryptInbound_CellReplayed_IsUnrecognised()
    {
        using var circuit = new TestCircuit(1);
        byte[] body = Message(1, 2);
        circuit.Encrypt(body, 0);
        byte[] again = [.. body];
        Assert.Equal(0, circuit.Client.DecryptInbound(body));
        Assert.Equal(ClientRelayCrypto.Unrecognised, circuit.Client.DecryptInbound(again));
    }

    [Fact]
    public void DecryptInbound_CellLost_TheNextIsUnrecognised()
    {
        using var circuit = new TestCircuit(2);
        circuit.Encrypt(Message(1, 2), 1);
        byte[] body = Message(1, 3);
        circuit.Encrypt(body, 1);
        Assert.Equal(ClientRelayCrypto.Unrecognised, circuit.Client.DecryptInbound(body));
    }

    [Fact]
    public void DecryptInbound_NoHops_RecognisesNothing()
    {
        using var client = new ClientRelayCrypto();
        Assert.Equal(ClientRelayCrypto.Unrecognised, client.DecryptInbound(new byte[BodyLength]));
    }

    [Fact]
    public void DecryptInbound_FieldLooksRecognisedAtAnEarlierHopByChance_IsStillReadByTheRightOneAndTheEarlierGoesOn()
    {
        // Under the guard's layer the client sees the exit's key stream over the message. "recognized" is zero in the message, so
        // an exit whose key stream is zero there makes its first cell look like one from the guard.
        using RelayKeyMaterial exit = FindKeysWhoseStreamLeavesRecognizedZero();
        using RelayKeyMaterial guard = TestCircuit.Keys(0);
        using var client = new ClientRelayCrypto();
        client.AddHop(guard);
        client.AddHop(exit);
        using var guardRelay = new RelaySideCrypto(guard);
        using var exitRelay = new RelaySideCrypto(exit);

        byte[] fromExit = Message(3, 4);
        exitRelay.OriginateBackward(fromExit);
        Assert.Equal([0, 0], fromExit[1..3]);
        guardRelay.RelayBackward(fromExit);
        Assert.Equal(1, client.DecryptInbound(fromExit));
        AssertPayload(Message(3, 4), fromExit);

        // The guard's running digest must not have swallowed that cell.
        byte[] fromGuard = Message(3, 5);
        guardRelay.OriginateBackward(fromGuard);
        Assert.Equal(0, client.DecryptInbound(fromGuard));
        AssertPayload(Message(3, 5), fromGuard);
    }

    [Fact]
    public void SteadyState_ThousandsOfCells_AllocateNothing()
    {
        using var circuit = new TestCircuit(3);
        byte[] body = new byte[BodyLength];
        Exchange(circuit, body, 200); // Let everything be compiled.
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(circuit, body, 2000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(508)]
    [InlineData(510)]
    public void AnyBodyOfWrongSize_IsOurMistake(int length)
    {
        using var circuit = new TestCircuit(1);
        Assert.Throws<ArgumentException>(() => circuit.Client.EncryptOutbound(new byte[length], 0));
        Assert.Throws<ArgumentException>(() => circuit.Client.DecryptInbound(new byte[length]));
    }

    [Fact]
    public void Hop_Tor1_SaysItsSizes()
    {
        using var circuit = new TestCircuit(1);
        Assert.Equal(20, circuit.Client.TagLength(0));
        Assert.Equal(498, circuit.Client.MaxDataLength(0));
    }

    private static RelayKeyMaterial FindKeysWhoseStreamLeavesRecognizedZero()
    {
        byte[] stream = new byte[3];
        for (int number = 2; ; number++)
        {
            RelayKeyMaterial keys = TestCircuit.Keys(number);
            using AesCtr cipher = AesCtr.Create(keys.BackwardKey);
            stream.AsSpan().Clear();
            cipher.XorKeyStream(stream);
            if (stream[1] == 0 && stream[2] == 0)
                return keys;
            keys.Dispose();
        }
    }

    private static void Exchange(TestCircuit circuit, byte[] body, int cells)
    {
        for (int i = 0; i < cells; i++)
        {
            body.AsSpan().Clear();
            circuit.Client.EncryptOutbound(body, 2);
            circuit.Relays[0].DecryptForward(body, isLastHop: false);
            circuit.Relays[1].DecryptForward(body, isLastHop: false);
            circuit.Relays[2].DecryptForward(body, isLastHop: true);
            body.AsSpan().Clear();
            circuit.Encrypt(body, 2);
            circuit.Client.DecryptInbound(body);
        }
    }

    private static byte[] Message(byte seed, byte number)
    {
        byte[] body = new byte[BodyLength];
        for (int i = 11; i < BodyLength; i++)
            body[i] = (byte)(seed * 31 + number * 7 + i);
        body[0] = 2;
        body[4] = number;
        return body;
    }

    /// <summary>Everything but the digest, which the crypto writes.</summary>
    private static void AssertPayload(byte[] expected, byte[] actual)
    {
        Assert.Equal(expected[..5], actual[..5]);
        Assert.Equal(expected[9..], actual[9..]);
    }
}
