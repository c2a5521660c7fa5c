using System.Text;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;

namespace GoTor.Protocol.Tests.Crypto.RelayCrypto;

public class ClientRelayCryptoTests
{
    [Fact]
    public void EncryptOutbound_CellsMadeByCTor_Match()
    {
        // Keys and stream as in Arti, crates/tor-proto/src/crypto/cell/tor1.rs, testvec.
        using var crypto = new ClientRelayCrypto();
        foreach (string keys in new[]
        {
            "    'My public key is in this signed x509 object', said Tom assertively.      (N-PREG-VIRYL)",
            "'Let's chart the pedal phlanges in the tomb', said Tom cryptographically.  (PELCG-GBR-TENCU)",
            "     'Segmentation fault bugs don't _just happen_', said Tom seethingly.        (P-GUVAT-YL)",
        })
        {
            using var material = new RelayKeyMaterial(new SecretBytes(Encoding.ASCII.GetBytes(keys)));
            crypto.AddHop(material);
        }

        byte[] data = new byte[51 * 498];
        Sha3.Shake256(
            "'You mean to tell me that there's a version of Sha-3 with no limit on the output length?', said Tom shakily."u8, data);

        var expected = CellCryptVectors.Cells.ToDictionary(c => c.Number, c => Convert.FromBase64String(c.Body));
        int compared = 0;
        for (int number = 0; number < 51; number++)
        {
            byte[] body = new byte[509];
            body[0] = 2;
            body[4] = 1;
            body[9] = 1;
            body[10] = 242;
            data.AsSpan(number * 498, 498).CopyTo(body.AsSpan(11));
            crypto.EncryptOutbound(body, 2);
            if (expected.TryGetValue(number, out byte[]? cell))
            {
                Assert.Equal(cell, body);
                compared++;
            }
        }

        Assert.Equal(8, compared);
    }
}
