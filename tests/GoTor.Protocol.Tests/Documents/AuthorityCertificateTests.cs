using System.Text;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Documents;

public sealed class AuthorityCertificateTests
{
    [Fact]
    public void Certificate_FromArti_IsReadAndVerified()
    {
        AuthorityCertificate certificate = AuthorityCertificate.Parse(Vector.Read("authcert1.txt"));
        Assert.Equal("ED03BB616EB2F60BEC80151114BB25CEF515B226-C4F720E2C59F9DDD4867FFF465CA04031E35648F", certificate.Id.ToString());
        Assert.False(certificate.IsExpired(certificate.Expires));
        Assert.True(certificate.IsExpired(certificate.Expires.AddSeconds(1)));
    }

    [Theory]
    [InlineData("bad-certs.bad-cc-tag.txt")]
    [InlineData("bad-certs.bad-fingerprint.txt")]
    [InlineData("bad-certs.bad-version.txt")]
    [InlineData("bad-certs.wrong-end.txt")]
    [InlineData("bad-certs.wrong-start.txt")]
    public void Certificate_ThatArtiRefuses_IsRefusedAndTheNextIsNotLost(string name)
    {
        byte[] bad = Vector.Read(name);
        Assert.Throws<MalformedMessageException>(() => AuthorityCertificate.Parse(bad));
        AuthorityCertificateList list = AuthorityCertificateList.Parse([.. bad, .. Vector.Read("authcert1.txt")]);
        Assert.Single(list.Certificates);
        Assert.True(list.Rejected >= 1);
    }

    [Fact]
    public void List_WithJunkBeforeACertificate_KeepsTheCertificate()
    {
        AuthorityCertificateList list = AuthorityCertificateList.Parse([.. "<><><<><>\nfingerprint ABC\n"u8, .. Vector.Read("authcert1.txt")]);
        Assert.Single(list.Certificates);
        Assert.Equal(1, list.Rejected);
    }

    [Fact]
    public void List_OfThree_IsReadWhole()
    {
        AuthorityCertificateList list = AuthorityCertificateList.Parse(Vector.Read("authcerts2.txt"));
        Assert.Equal(3, list.Certificates.Count);
        Assert.Equal(0, list.Rejected);
        Assert.Equal(3, list.Certificates.Select(c => c.Identity).Distinct().Count());
    }

    [Fact]
    public void Certificate_WithAnyItemChanged_IsRefused()
    {
        string text = Vector.ReadText("authcert1.txt");
        string published = text.Split('\n').Single(l => l.StartsWith("dir-key-published", StringComparison.Ordinal));
        string expires = text.Split('\n').Single(l => l.StartsWith("dir-key-expires", StringComparison.Ordinal));
        Assert.Throws<MalformedMessageException>(() => Parse(text.Replace(expires, "dir-key-expires 2099-01-01 00:00:00", StringComparison.Ordinal)));
        Assert.Throws<MalformedMessageException>(() => Parse(text.Replace(published + "\n", "", StringComparison.Ordinal)));
        Assert.Throws<MalformedMessageException>(() => Parse(text.Replace(published, published + "\n" + published, StringComparison.Ordinal)));
    }

    [Fact]
    public void Certificate_WithTheCrossCertificationOfAnother_IsRefused()
    {
        string[] parts = Vector.ReadText("authcerts2.txt").Split("dir-key-certificate-version 3\n", StringSplitOptions.RemoveEmptyEntries);
        string first = Between(parts[0], "dir-key-crosscert\n", "dir-key-certification\n");
        string second = Between(parts[1], "dir-key-crosscert\n", "dir-key-certification\n");
        Assert.Throws<MalformedMessageException>(() => Parse("dir-key-certificate-version 3\n" + parts[0].Replace(first, second, StringComparison.Ordinal)));
    }

    [Fact]
    public void Certificate_CutAtEveryByte_IsRefused()
    {
        byte[] whole = Vector.Read("authcert1.txt");
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<MalformedMessageException>(() => AuthorityCertificate.Parse(whole.AsSpan(0, length)));
    }

    // C tor's PEM reader asked for a pass phrase on the terminal.
    [Theory]
    [Trait("Case", "B47")]
    [InlineData("dir-identity-key")]
    [InlineData("dir-signing-key")]
    [InlineData("dir-key-certification")]
    public void Object_ThatIsEncryptedPem_IsRefused(string item)
    {
        string text = Vector.ReadText("authcert1.txt");
        int body = text.IndexOf('\n', text.IndexOf("-----BEGIN ", text.IndexOf(item, StringComparison.Ordinal), StringComparison.Ordinal)) + 1;
        string encrypted = text.Insert(body, "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n");
        Assert.Throws<MalformedMessageException>(() => Parse(encrypted));
    }

    private static string Between(string text, string from, string to)
    {
        int start = text.IndexOf(from, StringComparison.Ordinal) + from.Length;
        return text[start..text.IndexOf(to, start, StringComparison.Ordinal)];
    }

    private static AuthorityCertificate Parse(string text) => AuthorityCertificate.Parse(Encoding.UTF8.GetBytes(text));
}
