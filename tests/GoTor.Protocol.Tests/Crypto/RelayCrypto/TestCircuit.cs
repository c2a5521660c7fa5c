using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;

namespace GoTor.Protocol.Tests.Crypto.RelayCrypto;

/// <summary>A client and the relays of its circuit, with keys that depend only on the hop's number.</summary>
internal sealed class TestCircuit : IDisposable
{
    public TestCircuit(int hops)
    {
        Relays = new RelaySideCrypto[hops];
        for (int i = 0; i < hops; i++)
        {
            using RelayKeyMaterial keys = Keys(i);
            Assert.Equal(i, Client.AddHop(keys));
            Relays[i] = new RelaySideCrypto(keys);
        }
    }

    public ClientRelayCrypto Client { get; } = new();

    public RelaySideCrypto[] Relays { get; }

    public static RelayKeyMaterial Keys(int number)
    {
        var stream = new SecretBytes(RelayKeyMaterial.Length);
        Sha3.Shake256(BitConverter.GetBytes(number), stream.Span);
        return new RelayKeyMaterial(stream);
    }

    /// <summary>From the client, until a relay takes it.</summary>
    public bool SendForward(byte[] body, int hop, out int arrivedAt)
    {
        Client.EncryptOutbound(body, hop);
        for (arrivedAt = 0; arrivedAt < Relays.Length; arrivedAt++)
        {
            if (Relays[arrivedAt].DecryptForward(body, isLastHop: arrivedAt == Relays.Length - 1))
                return true;
        }

        return false;
    }

    /// <summary>What reaches the client of a cell that a relay originates.</summary>
    public void Encrypt(byte[] body, int hop)
    {
        Relays[hop].OriginateBackward(body);
        for (int i = hop - 1; i >= 0; i--)
            Relays[i].RelayBackward(body);
    }

    public int SendBackward(byte[] body, int hop)
    {
        Encrypt(body, hop);
        return Client.DecryptInbound(body);
    }

    public void Dispose()
    {
        Client.Dispose();
        foreach (RelaySideCrypto relay in Relays)
            relay.Dispose();
    }
}
