namespace GoTor.Protocol.Tests.Certificates;

/// <summary>
/// The certificates of a real relay in a chutney network, all valid on 2020-09-26: Arti, crates/tor-proto/src/channel/handshake.rs.
/// </summary>
internal static class ChutneyCertificates
{
    public static readonly byte[] RsaIdentity = Convert.FromHexString(
            "308201b930820122a0030201020208607c28be6c390943300d06092a864886f70d01010b0500301f311d301b06035504030c147777772e74636a76356b766a64"
            + "6472322e636f6d301e170d3230303831303030303030305a170d3231303831303030303030305a301f311d301b06035504030c147777772e74636a76356b766a"
            + "646472322e636f6d30819f300d06092a864886f70d010101050003818d0030818902818100d38b1e6ceb946e0db0751f4cbace3dcb9688b6c25304227b4710c3"
            + "5afb73627e50500f5913e158b621802612d1c75827003703338375237552eb3cd3c12f6ab3604e60c1a2d26bb1fbad206ff023969a90909d6a65a5458a5312c2"
            + "6ebd3a3dad30302d4515cdcd264146ac18e6fc60a04bd3ec327f04294d96ba5aa25b464c3f0203010001300d06092a864886f70d01010b0500038181003bce56"
            + "1ea7f95cc00b78aab5d69573ff301c282a751d4a651921d042f1becdba24d918a6d8a5e138dc07bba0b335478ae37abd2c93a93932442ae9084329e846170fe0"
            + "fc4a50aafc804f311cc3ca4f41d845a7ba5901cbbc3e021e9794aac70ce1f37b0a951592db1b64f2b4afb81ae52dbd9b6fede96a5fb8125eb6251ee50a");

    public static readonly byte[] IdentityToSigning = Convert.FromHexString(
            "01040006cc2a01f82294b866a31f01fc5d0da8572850a9b929545c3266558d7d2316e3b74172b00100200400dcb604db2034b00fd16986d4adb9d16b21cb4e44"
            + "57a33dec0f538903683e96e9ff1a5203fa27f86ef7528d89a0845d2520166e340754ffea2aae0f612b7ce5da094a0236cdac45034b0b6842c18e7f6b51b93a3c"
            + "f7e60663b8ad061c30a62602");

    public static readonly byte[] SigningToTlsLink = Convert.FromHexString(
            "01050006c98a03b4fd606b64e4cbd466b8d76cb131069bae6f3aa1878857c9f624e31d77a799b8007173e5f8068431d0d3f5ee16b4c9ffd59df373e152a87281"
            + "bae744aa5fcf72171bf4b27c4e8fc1c6a9fc5ca11058bc49647063d7903cfd9f512f89099b27bc0c");

    public static readonly byte[] RsaToEd25519 = Convert.FromHexString(
            "dcb604db2034b00fd16986d4adb9d16b21cb4e4457a33dec0f538903683e96e90006da3a805cf6006f9179066534de6b45ad47a5c469063ee462762723396dc9"
            + "f25452a0a52da3f5087dd239f2a311f6b0d4dfeff4abd089dc3d0237a0abab19eb2045b91cdcaf04be0a72d548a27bf2e77bd876ecfe5e1be622350da6bf31f6"
            + "e306ed896488dd5b39409b23fc3eb7b2c9f7328eb18da36d54d80575899ea6507ccbfcdf1f");

    public static readonly byte[] TlsDigest = Convert.FromHexString("b4fd606b64e4cbd466b8d76cb131069bae6f3aa1878857c9f624e31d77a799b8");

    public const string RsaFingerprint = "2F1FB49BB332A9EEC617E41E911C33FB3890AEF3";

    public static readonly byte[] Ed25519 = Convert.FromHexString("dcb604db2034b00fd16986d4adb9d16b21cb4e4457a33dec0f538903683e96e9");

    public static readonly DateTimeOffset ValidAt = new(2020, 9, 26, 18, 1, 20, TimeSpan.Zero);

    public static (byte Type, ReadOnlyMemory<byte> Certificate)[] All =>
        [(2, RsaIdentity), (4, IdentityToSigning), (5, SigningToTlsLink), (7, RsaToEd25519)];
}
