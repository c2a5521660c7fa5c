using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Crypto;

public class Ed25519Tests
{
    // The order of the group, little-endian.
    private const string Order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

    // C tor, src/test/ed25519_vectors.inc: seed, public key, signature of the public key's bytes.
    [Theory]
    [InlineData(
        "26c76712d89d906e6672dafa614c42e5cb1caac8c6568e4d2493087db51f0d36",
        "c2247870536a192d142d056abefca68d6193158e7c1a59c1654c954eccaff894",
        "d23188eac3773a316d46006fa59c095060be8b1a23582a0dd99002a82a0662bd246d8449e172e04c5f46ac0d1404cebe4aabd8a75a1457aa06cae41f3334f104")]
    [InlineData(
        "fba7a5366b5cb98c2667a18783f5cf8f4f8d1a2ce939ad22a6e685edde85128d",
        "1519a3b15816a1aafab0b213892026ebf5c0dc232c58b21088d88cb90e9b940d",
        "3a785ac1201c97ee5f6f0d99323960d5f264c7825e61aa7cc81262f15bef75eb4fa5723add9b9d45b12311b6d403eb3ac79ff8e4e631fc3cd51e4ad2185b200b")]
    [InlineData(
        "67e3aa7a14fac8445d15e45e38a523481a69ae35513c9e4143eb1c2196729a0e",
        "081faa81992e360ea22c06af1aba096e7a73f1c665bc8b3e4e531c46455fd1dd",
        "cf431fd0416bfbd20c9d95ef9b723e2acddffb33900edc72195dea95965d52d888d30b7b8a677c0bd8ae1417b1e1a0ec6700deadd5d8b54b6689275e04a04509")]
    [InlineData(
        "d51385942033a76dc17f089a59e6a5a7fe80d9c526ae8ddd8c3a506b99d3d0a6",
        "73cfa1189a723aad7966137cbffa35140bb40d7e16eae4c40b79b5f0360dd65a",
        "2375380cd72d1a6c642aeddff862be8a5804b916acb72c02d9ed052c1561881aa658a5af856fcd6d43113e42f698cd6687c99efeef7f2ce045824440d26c5d00")]
    [InlineData(
        "5c8eac469bb3f1b85bc7cd893f52dc42a9ab66f1b02b5ce6a68e9b175d3bb433",
        "66c1a77104d86461b6f98f73acf3cd229c80624495d2d74d6fda1e940080a96b",
        "2385a472f599ca965bbe4d610e391cdeabeba9c336694b0d6249e551458280be122c2441dd9746a81bbfb9cd619364bab0df37ff4ceb7aefd24469c39d3bc508")]
    [InlineData(
        "eda433d483059b6d1ff8b7cfbd0fe406bfb23722c8f3c8252629284573b61b86",
        "d21c294db0e64cb2d8976625786ede1d9754186ae8197a64d72f68c792eecc19",
        "e500cd0b8cfff35442f88008d894f3a2fa26ef7d3a0ca5714ae0d3e2d40caae58ba7cdf69dd126994dad6be536fcda846d89dd8138d1683cc144c8853dce7607")]
    [InlineData(
        "4377c40431c30883c5fbd9bc92ae48d1ed8a47b81d13806beac5351739b5533d",
        "c4d58b4cf85a348ff3d410dd936fa460c4f18da962c01b1963792b9dcc8a6ea6",
        "d187b9e334b0050154de10bf69b3e4208a584e1a65015ec28b14bcc252cf84b8baa9c94867daa60f2a82d09ba9652d41e8dde292b624afc8d2c26441b95e3c0e")]
    [InlineData(
        "c6bbcce615839756aed2cc78b1de13884dd3618f48367a17597a16c1cd7a290b",
        "95126f14d86494020665face03f2d42ee2b312a85bc729903eb17522954a1c4a",
        "815213640a643d198bd056e02bba74e1c8d2d931643e84497adf3347eb485079c9afe0afce9284cdc084946b561abbb214f1304ca11228ff82702185cf28f60d")]
    public void Sign_CTorVectors_Match(string seed, string publicKey, string signature)
    {
        using var pair = new Ed25519KeyPair(Convert.FromHexString(seed));
        Assert.Equal(publicKey, Convert.ToHexStringLower(pair.PublicKey.AsSpan()));
        Assert.Equal(signature, Convert.ToHexStringLower(pair.Sign(pair.PublicKey.AsSpan())));
        Assert.True(Ed25519.Verify(pair.PublicKey, pair.PublicKey.AsSpan(), Convert.FromHexString(signature)));
    }

    // RFC 8032 §7.1, TEST 1, 2, 3 and SHA(abc).
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [InlineData(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704")]
    public void SignAndVerify_Rfc8032Vectors_Match(string seed, string publicKey, string message, string signature)
    {
        using var pair = new Ed25519KeyPair(Convert.FromHexString(seed));
        byte[] data = Convert.FromHexString(message);
        Assert.Equal(publicKey, Convert.ToHexStringLower(pair.PublicKey.AsSpan()));
        Assert.Equal(signature, Convert.ToHexStringLower(pair.Sign(data)));
        Assert.True(Ed25519.Verify(pair.PublicKey, data, Convert.FromHexString(signature)));
    }

    [Fact]
    public void Verify_AnyBitFlipped_IsRefused()
    {
        using Ed25519KeyPair pair = Ed25519KeyPair.Generate(TorRandom.Secure);
        byte[] message = "signed"u8.ToArray();
        byte[] signature = pair.Sign(message);
        for (int bit = 0; bit < signature.Length * 8; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(Ed25519.Verify(pair.PublicKey, message, signature));
            signature[bit / 8] ^= (byte)(1 << bit % 8);
        }

        Assert.True(Ed25519.Verify(pair.PublicKey, message, signature));
        Assert.False(Ed25519.Verify(pair.PublicKey, "Signed"u8, signature));
    }

    [Trait("Case", "B48")]
    [Fact]
    public void Verify_ScalarNotReduced_IsRefused()
    {
        // S + L satisfies the same equation as S; without this check anybody could make a second signature from a first.
        using Ed25519KeyPair pair = Ed25519KeyPair.Generate(TorRandom.Secure);
        byte[] signature = pair.Sign("x"u8);
        var s = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true);
        s += new System.Numerics.BigInteger(Convert.FromHexString(Order), isUnsigned: true);
        signature.AsSpan(32).Clear();
        Assert.True(s.TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true));
        Assert.False(Ed25519.Verify(pair.PublicKey, "x"u8, signature));
    }

    // The encodings of the eight points of small order, canonical or not: see libsodium's crypto_core/ed25519 blocklist. With such
    // a key, R = S·B and any S "verify" whatever the message, for one message in eight at worst.
    [Trait("Case", "B48")]
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void Verify_KeyOfSmallOrder_IsRefusedWhateverTheMessage(string publicKey)
    {
        var key = new Ed25519Identity(Convert.FromHexString(publicKey));
        byte[] signature = new byte[64];
        signature[0] = 1; // R is the neutral element and S is zero: the equation holds whenever k·A is neutral.
        for (int i = 0; i < 64; i++)
            Assert.False(Ed25519.Verify(key, [(byte)i], signature));
    }

    [Theory]
    [InlineData(31, 64)]
    [InlineData(33, 64)]
    [InlineData(32, 63)]
    [InlineData(32, 65)]
    [InlineData(0, 0)]
    public void Verify_WrongSizes_AreRefusedWithoutThrowing(int keyLength, int signatureLength) =>
        Assert.False(Ed25519.Verify(new byte[keyLength], "x"u8, new byte[signatureLength]));
}
