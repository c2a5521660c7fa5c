using FsCheck.Xunit;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Tests.Crypto;

public class AesCtrTests
{
    // NIST SP 800-38A, F.5.1 and F.5.5.
    private const string Iv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
    private const string Plain =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

    [Theory]
    [InlineData(
        "2b7e151628aed2a6abf7158809cf4f3c",
        "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData(
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    public void XorKeyStream_NistVectors_MatchInBothImplementations(string key, string expected)
    {
        foreach (AesCtr cipher in Both(Convert.FromHexString(key), Convert.FromHexString(Iv)))
        {
            using (cipher)
            {
                byte[] data = Convert.FromHexString(Plain);
                cipher.XorKeyStream(data);
                Assert.Equal(expected, Convert.ToHexStringLower(data));
            }
        }
    }

    [Fact]
    public void XorKeyStream_CounterOverflowsInTheMiddleOfAStride_CarriesIntoTheUpperHalfAndWraps()
    {
        // The block of the key stream at counter c is the encryption of c: compare the stream after each wrap with one started there.
        foreach (string iv in new[] { "0000000000000005fffffffffffffffd", "fffffffffffffffffffffffffffffffd" })
        {
            byte[] key = new byte[16];
            byte[] after = Convert.FromHexString(iv.StartsWith('0') ? "00000000000000060000000000000000" : new string('0', 32));
            AesCtr[] wrapping = [.. Both(key, Convert.FromHexString(iv))];
            foreach ((AesCtr cipher, AesCtr fresh) in wrapping.Zip(Both(key, after)))
            {
                byte[] stream = new byte[16 * 11];
                byte[] expected = new byte[16 * 8];
                cipher.XorKeyStream(stream);
                fresh.XorKeyStream(expected);
                Assert.Equal(expected, stream[(16 * 3)..]);
            }
        }
    }

    [Property]
    public void XorKeyStream_CutAnywhere_GivesTheSameStreamInBothImplementations(byte[] seed, ushort[] cuts)
    {
        byte[] key = new byte[seed.Length % 2 == 0 ? 16 : 32];
        seed.AsSpan(0, Math.Min(seed.Length, key.Length)).CopyTo(key);
        int total = cuts.Sum(c => c % 700);
        byte[] whole = new byte[total];
        using (AesCtr cipher = new AesCtrPortable(key, new byte[16]))
            cipher.XorKeyStream(whole);
        foreach (AesCtr cipher in Both(key, new byte[16]))
        {
            byte[] pieces = new byte[total];
            int offset = 0;
            foreach (ushort cut in cuts)
            {
                cipher.XorKeyStream(pieces.AsSpan(offset, cut % 700));
                offset += cut % 700;
            }

            Assert.Equal(whole, pieces);
        }
    }

    [Theory]
    [InlineData(24, 16)]
    [InlineData(0, 16)]
    [InlineData(16, 12)]
    public void Create_WrongSizes_AreRefused(int keyLength, int ivLength) =>
        Assert.Throws<ArgumentException>(() => AesCtr.Create(new byte[keyLength], new byte[ivLength]));

    private static IEnumerable<AesCtr> Both(byte[] key, byte[] iv)
    {
        yield return new AesCtrPortable(key, iv);
        if (AesCtrX86.IsSupported)
            yield return new AesCtrX86(key, iv);
    }
}
