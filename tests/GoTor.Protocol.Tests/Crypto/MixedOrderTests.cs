using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Tests.Crypto;

/// <summary>
/// B48, TROVE-2021-007: points that are the sum of an honest one and one of small order. Verifiers that multiply by the cofactor accept
/// what others refuse. C tor's does not, so ours must not either. Signer and sums are made here, of plain integers.
/// </summary>
public class MixedOrderTests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    private static readonly BigInteger L =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);

    // RFC 8032: the base point. And a point of order eight, from libsodium's crypto_core/ed25519: its multiples are all of small order.
    private static readonly Point B = Decode("5866666666666666666666666666666666666666666666666666666666666666");
    private static readonly Point Eight = Decode("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    private static readonly BigInteger Secret = 8 * BigInteger.Parse("123456789012345678901234567890123456789", CultureInfo.InvariantCulture);

    private readonly record struct Point(BigInteger X, BigInteger Y);

    [Fact]
    public void Arithmetic_OfThisTest_IsRight()
    {
        Assert.Equal(new Point(0, 1), Times(8, Eight));
        Assert.NotEqual(new Point(0, 1), Times(4, Eight));
        Assert.Equal(new Point(0, 1), Times(L, B));
        byte[] key = Encode(Times(Secret, B));
        Assert.True(Ed25519.Verify(key, "x"u8, Sign(key, "x"u8.ToArray(), torsion: 0)));
    }

    [Trait("Case", "B48")]
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void Verify_RandomPointOfMixedOrder_IsRefused(int torsion)
    {
        byte[] key = Encode(Times(Secret, B));
        for (byte message = 0; message < 16; message++)
            Assert.False(Ed25519.Verify(key, [message], Sign(key, [message], torsion)));
    }

    // Even where C tor's equation S·B = R + k·A happens to hold, for one message in eight at worst: no honest key looks like this.
    [Trait("Case", "B48")]
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void Verify_KeyOfMixedOrder_IsRefused(int torsion)
    {
        byte[] key = Encode(Add(Times(Secret, B), Times(torsion, Eight)));
        for (byte message = 0; message < 16; message++)
            Assert.False(Ed25519.Verify(key, [message], Sign(key, [message], torsion: 0)));
    }

    // RFC 7748: scalars are multiples of eight, so that the small part vanishes and tells nothing of the key.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public void TryAgree_PointOfMixedOrder_GivesWhatItsHonestPartGives(int torsion)
    {
        Point honest = Times(Secret, B);
        byte[] scalar = new byte[32], a = new byte[32], b = new byte[32];
        TorRandom.Secure.Fill(scalar);
        Assert.True(Curve25519.TryAgree(scalar, Montgomery(honest), a));
        Assert.True(Curve25519.TryAgree(scalar, Montgomery(Add(honest, Times(torsion, Eight))), b));
        Assert.Equal(a, b);
    }

    private static byte[] Sign(byte[] key, byte[] message, int torsion)
    {
        BigInteger nonce = new BigInteger(SHA512.HashData([.. message, 77]), isUnsigned: true) % L;
        byte[] r = Encode(Add(Times(nonce, B), Times(torsion, Eight)));
        BigInteger s = (nonce + Challenge(r, key, message) % L * Secret) % L;
        return [.. r, .. Bytes(s)];
    }

    private static BigInteger Challenge(ReadOnlySpan<byte> r, byte[] key, byte[] message) =>
        new BigInteger(SHA512.HashData([.. r, .. key, .. message]), isUnsigned: true) % L;

    private static byte[] Montgomery(Point point) => Bytes(Mod((1 + point.Y) * Inverse(1 - point.Y)));

    private static Point Add(Point a, Point b)
    {
        BigInteger product = Mod(D * a.X * b.X * a.Y * b.Y);
        return new Point(
            Mod((a.X * b.Y + b.X * a.Y) * Inverse(1 + product)),
            Mod((a.Y * b.Y + a.X * b.X) * Inverse(1 - product)));
    }

    private static Point Times(BigInteger factor, Point point)
    {
        Point sum = new(0, 1);
        for (; factor > 0; factor >>= 1, point = Add(point, point))
        {
            if (!factor.IsEven)
                sum = Add(sum, point);
        }

        return sum;
    }

    private static Point Decode(string encoded)
    {
        byte[] bytes = Convert.FromHexString(encoded);
        bool odd = bytes[31] >= 0x80;
        bytes[31] &= 0x7f;
        var y = new BigInteger(bytes, isUnsigned: true);
        BigInteger square = Mod((y * y - 1) * Inverse(D * y * y + 1));
        BigInteger x = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Mod(x * x) != square)
            x = Mod(x * BigInteger.ModPow(2, (P - 1) / 4, P));
        Assert.Equal(square, Mod(x * x));
        return new Point(x.IsEven == odd ? Mod(-x) : x, y);
    }

    private static byte[] Encode(Point point)
    {
        byte[] bytes = Bytes(point.Y);
        if (!point.X.IsEven)
            bytes[31] |= 0x80;
        return bytes;
    }

    private static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = new byte[32];
        Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), P - 2, P);

    private static BigInteger Mod(BigInteger value) => (value % P + P) % P;
}
