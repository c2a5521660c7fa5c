using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Tests.ControlPort;

public sealed class ControlSecretsTests
{
    // Computed with Python's hmac module.
    [Fact]
    public void SafeCookie_Hashes_AreTheSpecifications()
    {
        byte[] cookie = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] client = [.. Enumerable.Repeat((byte)0xAA, 32)];
        byte[] server = [.. Enumerable.Repeat((byte)0xBB, 32)];
        Assert.Equal("7780BA467C566548B61DA5B927043DF643CC6FB18E6258718F47591A09909213", Convert.ToHexString(SafeCookie.ServerHash(cookie, client, server)));
        Assert.Equal("ECD5845C1ED9B11354FED620D989E9F34243606E0F7F97C0F3C8A9303A06D468", Convert.ToHexString(SafeCookie.ControllerHash(cookie, client, server)));
    }

    // Printed by C tor 0.4.9.11's --hash-password.
    [Fact]
    public void HashedPassword_OfCTor_MatchesItsPasswordOnly()
    {
        Assert.True(HashedPassword.TryParse("16:7C62F008C93B05D460E2A76184EC9281DB708B5EB31E96501F84CBA5C4", out HashedPassword? hashed));
        Assert.True(hashed.Matches("secret"u8));
        Assert.False(hashed.Matches("Secret"u8));
        Assert.False(hashed.Matches(""u8));
        Assert.Equal("[secret]", hashed.ToString());
    }

    [Theory]
    [InlineData("16:7C62F008")]
    [InlineData("secret")]
    [InlineData("")]
    [InlineData("16:ZZ62F008C93B05D460E2A76184EC9281DB708B5EB31E96501F84CBA5C4")]
    public void HashedPassword_ThatIsNone_IsRefused(string text) => Assert.False(HashedPassword.TryParse(text, out _));

    [Fact]
    public void HashedPassword_Created_Matches()
    {
        string text = HashedPassword.Create("pässword", TorRandom.Secure);
        Assert.True(HashedPassword.TryParse(text, out HashedPassword? hashed));
        Assert.True(hashed.Matches("pässword"u8));
    }

    [Fact]
    public void Events_AreParsedByName_AndUnknownOnesNamed()
    {
        Assert.Equal(ControlEvents.Bit(ControlEventKind.Circ) | ControlEvents.Bit(ControlEventKind.NetworkLiveness), ControlEvents.Parse(["circ", "EXTENDED", "NETWORK_LIVENESS"], out string? unknown));
        Assert.Null(unknown);
        ControlEvents.Parse(["CIRC", "FOO"], out unknown);
        Assert.Equal("FOO", unknown);
        Assert.Equal(Enum.GetValues<ControlEventKind>().Length, ControlEvents.All.Count);
    }
}
