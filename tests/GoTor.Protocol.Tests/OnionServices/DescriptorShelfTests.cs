using System.Text;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents.Writing;
using GoTor.Protocol.OnionServices;
using GoTor.Protocol.Tests.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.OnionServices;

public sealed class DescriptorShelfTests
{
    // A moment at which Arti's own test finds this descriptor good.
    private static readonly DateTimeOffset Vectors = new(2023, 1, 23, 15, 0, 0, TimeSpan.Zero);

    private readonly Ed25519KeyPair _blinded = Ed25519KeyPair.Generate(TorRandom.Secure);

    /// <summary>From Arti: crates/tor-netdoc/testdata/hsdesc1.txt (MIT or Apache), made by C tor.</summary>
    private static byte[] Real => Vector.Read("hsdesc1.txt");

    [Fact]
    public void RealDescriptor_IsKept_ForItsLife()
    {
        var shelf = new DescriptorShelf(100_000);
        OuterDescriptor read = OuterDescriptor.Parse(Real, Vectors);

        shelf.Publish(Real, Vectors);

        Assert.Equal((19655750ul, TimeSpan.FromHours(3)), (read.RevisionCounter, read.Lifetime));
        Assert.Equal(Real, shelf.Find(read.BlindedId, Vectors.AddHours(3).AddSeconds(-1)));
        Assert.Null(shelf.Find(read.BlindedId, Vectors.AddHours(3)));
        Assert.Null(shelf.Find(new Ed25519Identity(new byte[32]), Vectors));
    }

    [Fact]
    public void RealDescriptor_AfterItsCertificate_IsRefused() =>
        Assert.Throws<MalformedMessageException>(() => OuterDescriptor.Parse(Real, Vectors.AddDays(10)));

    [Fact]
    public void RealDescriptor_ChangedAnywhere_IsRefused()
    {
        byte[] text = Real;
        for (int i = 0; i < text.Length; i += 211)
        {
            text[i] ^= 1;
            Assert.Throws<MalformedMessageException>(() => OuterDescriptor.Parse(text, Vectors));
            text[i] ^= 1;
        }
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public void Revision_ThatIsNotNewer_IsRefused(ulong revision, bool taken)
    {
        var shelf = new DescriptorShelf(100_000);
        byte[] first = Make(revision: 5);
        byte[] second = Make(revision);
        shelf.Publish(first, Vectors);

        if (taken)
            shelf.Publish(second, Vectors);
        else
            Assert.Throws<MalformedMessageException>(() => shelf.Publish(second, Vectors));

        Assert.Equal(taken ? second : first, shelf.Find(_blinded.PublicKey, Vectors));
        Assert.Equal((1, taken ? second.Length : first.Length), (shelf.Count, shelf.Bytes));
    }

    [Fact]
    public void Revision_OfADescriptorThatHasEnded_CountsNoMore()
    {
        var shelf = new DescriptorShelf(100_000);
        shelf.Publish(Make(revision: 5, minutes: 10), Vectors);

        shelf.Publish(Make(revision: 1), Vectors.AddMinutes(10));

        Assert.NotNull(shelf.Find(_blinded.PublicKey, Vectors.AddMinutes(10)));
    }

    [Theory]
    [InlineData(1, 720, 1000, true)]
    [InlineData(1, 721, 1000, false)] // Kept for too long.
    [InlineData(1, 180, 60_000, false)] // Too large.
    [InlineData(1, 180, 48, false)] // Nothing in it.
    [InlineData(ulong.MaxValue, 180, 49, true)]
    public void Descriptor_IsWithinItsLimits(ulong revision, int minutes, int encrypted, bool isGood)
    {
        byte[] text = Make(revision, minutes, encrypted);

        if (isGood)
            Assert.Equal(_blinded.PublicKey, OuterDescriptor.Parse(text, Vectors).BlindedId);
        else
            Assert.Throws<MalformedMessageException>(() => OuterDescriptor.Parse(text, Vectors));
    }

    [Fact]
    public void Certificate_OfAnotherKind_IsRefused() =>
        Assert.Throws<MalformedMessageException>(() => OuterDescriptor.Parse(Make(1, type: CertificateType.IdentityToSigning), Vectors));

    [Theory]
    [InlineData("")]
    [InlineData("hs-descriptor 3\n")]
    [InlineData("hs-descriptor 2\n")]
    [InlineData("hs-descriptor 3\ndescriptor-lifetime 180\nrevision-counter 1\n")]
    public void Text_ThatIsNoDescriptor_IsRefused(string text) =>
        Assert.Throws<MalformedMessageException>(() => OuterDescriptor.Parse(Encoding.ASCII.GetBytes(text), Vectors));

    [Fact]
    public void Shelf_ThatIsFull_DropsWhatEndsFirst()
    {
        byte[] sample = Make(1);
        var shelf = new DescriptorShelf(sample.Length * 3);
        List<Ed25519Identity> keys = [];
        for (int i = 0; i < 5; i++)
        {
            using Ed25519KeyPair blinded = Ed25519KeyPair.Generate(TorRandom.Secure);
            keys.Add(blinded.PublicKey);
            shelf.Publish(Make(1, blinded: blinded), Vectors.AddSeconds(i));
        }

        Assert.Equal(3, shelf.Count);
        Assert.InRange(shelf.Bytes, 1, sample.Length * 3);
        Assert.Equal([false, false, true, true, true], keys.Select(key => shelf.Find(key, Vectors.AddSeconds(5)) is not null));
    }

    private byte[] Make(
        ulong revision, int minutes = 180, int encrypted = 1000, CertificateType type = CertificateType.BlindedToDescriptorSigning,
        Ed25519KeyPair? blinded = null)
    {
        using Ed25519KeyPair signing = Ed25519KeyPair.Generate(TorRandom.Secure);
        byte[] certificate = Ed25519Certificate.Sign(
            type, CertifiedKeyType.Ed25519, signing.PublicKey.AsSpan(), Vectors.AddDays(2), blinded ?? _blinded, includeSigner: true);
        string text = $"hs-descriptor 3\ndescriptor-lifetime {minutes}\ndescriptor-signing-key-cert\n{TextObject.Encode("ED25519 CERT", certificate)}"
            + $"revision-counter {revision}\nsuperencrypted\n{TextObject.Encode("MESSAGE", new byte[encrypted])}";
        byte[] signature = signing.Sign([.. "Tor onion service descriptor sig v3"u8, .. Encoding.ASCII.GetBytes(text)]);
        return Encoding.ASCII.GetBytes($"{text}signature {Convert.ToBase64String(signature).TrimEnd('=')}\n");
    }
}
