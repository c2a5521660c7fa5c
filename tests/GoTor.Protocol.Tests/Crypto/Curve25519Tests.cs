using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Crypto;

public class Curve25519Tests
{
    // RFC 7748 §5.2; the second point has its top bit set, which must be ignored.
    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void TryAgree_Rfc7748Vectors_Match(string scalar, string point, string expected)
    {
        byte[] shared = new byte[32];
        Assert.True(Curve25519.TryAgree(Convert.FromHexString(scalar), Convert.FromHexString(point), shared));
        Assert.Equal(expected, Convert.ToHexStringLower(shared));
    }

    [Fact]
    public void TryAgree_Rfc7748Iterated_MatchesAfterOneAndAThousand()
    {
        byte[] k = new byte[32], u = new byte[32], shared = new byte[32];
        k[0] = u[0] = 9;
        for (int i = 1; i <= 1000; i++)
        {
            Assert.True(Curve25519.TryAgree(k, u, shared));
            (k, u, shared) = (shared, k, u);
            if (i == 1)
                Assert.Equal("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", Convert.ToHexStringLower(k));
        }

        Assert.Equal("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Convert.ToHexStringLower(k));
    }

    [Fact]
    public void KeyPair_Generated_AgreesOnBothSides()
    {
        using Curve25519KeyPair one = Curve25519KeyPair.Generate(TorRandom.Secure), other = Curve25519KeyPair.Generate(TorRandom.Secure);
        byte[] a = new byte[32], b = new byte[32];
        Assert.True(one.TryAgree(other.PublicKey, a));
        Assert.True(other.TryAgree(one.PublicKey, b));
        Assert.Equal(a, b);
    }

    // The points whose order divides the cofactor: https://cr.yp.to/ecdh.html, "validate".
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void TryAgree_PointOfSmallOrder_IsReported(string point)
    {
        using Curve25519KeyPair pair = Curve25519KeyPair.Generate(TorRandom.Secure);
        Assert.False(pair.TryAgree(Convert.FromHexString(point), new byte[32]));
    }

    [Fact]
    public void TryAgree_KeyOfWrongSize_IsRefused() =>
        Assert.Throws<MalformedMessageException>(() => Curve25519.TryAgree(new byte[32], new byte[31], new byte[32]));
}
