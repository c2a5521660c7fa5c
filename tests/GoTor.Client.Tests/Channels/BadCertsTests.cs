using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Certificates;
using GoTor.Sandbox.Relays;
using GoTor.Testing.ScriptedRelay;
using static GoTor.Protocol.Certificates.CertificateType;

namespace GoTor.Client.Tests.Channels;

/// <summary>
/// B07: the bad CERTS cells of C tor's test_link_handshake.c, by its names where it has one, each sent over real TLS by a relay that
/// is otherwise honest.
/// </summary>
public sealed class BadCertsTests
{
    private static readonly RelayKeys Other = RelayKeys.Generate();

    private static readonly Dictionary<string, Func<RelayKeys, Dictionary<CertificateType, byte[]>, CertsMessage>> Cases = new()
    {
        ["empty"] = (_, _) => new CertsMessage([]),
        ["missing_id"] = Without(IdentityToSigning),
        ["missing_signing_key"] = (keys, good) => With(good, IdentityToSigning, Ed25519Certificate.Sign(
            IdentityToSigning, CertifiedKeyType.Ed25519, keys.Signing.PublicKey.AsSpan(), InAMonth, keys.Identity, includeSigner: false)),
        ["missing_link"] = Without(SigningToTlsLink),
        ["missing_rsa_id"] = Without(CertificateType.RsaIdentity),
        ["missing_crosscert"] = Without(RsaToEd25519Identity),
        ["duplicate"] = Twice(CertificateType.RsaIdentity),
        ["duplicate_id"] = Twice(IdentityToSigning),
        ["duplicate_link"] = Twice(SigningToTlsLink),
        ["duplicate_crosscert"] = Twice(RsaToEd25519Identity),
        ["truncated_id"] = Cut(IdentityToSigning, 1),
        ["truncated_link"] = Cut(SigningToTlsLink, 1),
        ["truncated_rsa_id"] = Cut(CertificateType.RsaIdentity, 1),
        ["truncated_crosscert"] = Cut(RsaToEd25519Identity, 1),
        ["empty_link"] = Cut(SigningToTlsLink, 104),
        ["not_x509"] = (_, good) => With(good, CertificateType.RsaIdentity, "xyzzy"u8.ToArray()),
        ["link_mismatch"] = (keys, good) => With(good, SigningToTlsLink, keys.MakeSigningToLink(InAMonth, Other.Tls.RawData)),
        ["bad_ed_sig_id"] = Flip(IdentityToSigning),
        ["bad_ed_sig_link"] = Flip(SigningToTlsLink),
        ["bad_rsa_id_cert"] = Flip(CertificateType.RsaIdentity),
        ["bad_crosscert"] = Flip(RsaToEd25519Identity),
        ["other_rsa_id"] = (_, good) => With(good, CertificateType.RsaIdentity, Other.MakeRsaIdentity(Yesterday, InAMonth)),
        ["other_crosscert"] = (_, good) => With(good, RsaToEd25519Identity, Other.MakeCross(InAMonth)),
        ["other_signing_key"] = (_, good) => With(good, SigningToTlsLink, Other.MakeSigningToLink(InAMonth, Other.Tls.RawData)),
        ["expired_rsa_id"] = (keys, good) => With(good, CertificateType.RsaIdentity, keys.MakeRsaIdentity(LongAgo, LongAgo.AddDays(1))),
        ["expired_ed_id"] = (keys, good) => With(good, IdentityToSigning, keys.MakeIdentityToSigning(Yesterday)),
        ["expired_ed_link"] = (keys, good) => With(good, SigningToTlsLink, keys.MakeSigningToLink(Yesterday, keys.Tls.RawData)),
        ["expired_crosscert"] = (keys, good) => With(good, RsaToEd25519Identity, keys.MakeCross(Yesterday)),
        ["wrong_labels_1"] = (_, good) => Relabel(good, IdentityToSigning, SigningToTlsLink),
        ["wrong_labels_2"] = (_, good) => Relabel(good, SigningToTlsLink, SigningToAuthentication),
        ["wrong_labels_3"] = (_, good) => Relabel(good, CertificateType.RsaIdentity, RsaToEd25519Identity),
    };

    private static DateTimeOffset Yesterday => DateTimeOffset.UtcNow.AddDays(-1);

    private static DateTimeOffset LongAgo => DateTimeOffset.UtcNow.AddDays(-700);

    private static DateTimeOffset InAMonth => DateTimeOffset.UtcNow.AddDays(30);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Trait("Case", "B07")]
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Certs_Bad_AreRefused(string name) => await LinkHandshakeTests.RefusedAsync(ChannelEnd.Violation, async link =>
    {
        await link.SendVersionsAsync(5);
        await link.SendCertsAsync(Cases[name](link.Keys, link.Keys.MakeCertificates(DateTimeOffset.UtcNow)));
    });

    // Certificates of types that we do not know must not stand in the way of those that we do.
    [Fact]
    public async Task Certs_WithMoreThanWeKnow_AreGood()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();
        CertsMessage good = relay.Keys.MakeCerts(DateTimeOffset.UtcNow);

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.HandshakeAsync(certs: new CertsMessage([new CertsEntry(99, new byte[300]), .. good.Entries]));

        Assert.True((await getting).IsOpen);
    }

    private static Func<RelayKeys, Dictionary<CertificateType, byte[]>, CertsMessage> Without(CertificateType type) =>
        (_, good) => RelayKeys.ToMessage(good.Where(pair => pair.Key != type));

    private static Func<RelayKeys, Dictionary<CertificateType, byte[]>, CertsMessage> Twice(CertificateType type) =>
        (_, good) => RelayKeys.ToMessage([.. good, new(type, good[type])]);

    private static Func<RelayKeys, Dictionary<CertificateType, byte[]>, CertsMessage> Cut(CertificateType type, int bytes) =>
        (_, good) => With(good, type, good[type][..^bytes]);

    private static Func<RelayKeys, Dictionary<CertificateType, byte[]>, CertsMessage> Flip(CertificateType type) => (_, good) =>
    {
        good[type][^2] ^= 0x20; // Within the signature, in every format.
        return RelayKeys.ToMessage(good);
    };

    private static CertsMessage With(Dictionary<CertificateType, byte[]> good, CertificateType type, byte[] certificate)
    {
        good[type] = certificate;
        return RelayKeys.ToMessage(good);
    }

    private static CertsMessage Relabel(Dictionary<CertificateType, byte[]> good, CertificateType from, CertificateType to)
    {
        (byte[] moved, byte[] other) = (good[from], good.GetValueOrDefault(to, []));
        good[to] = moved;
        good[from] = other;
        return RelayKeys.ToMessage(good);
    }
}
