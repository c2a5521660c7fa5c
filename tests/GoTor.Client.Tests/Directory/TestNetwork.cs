using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Directory;

/// <summary>The documents of a whole network, signed by real keys. Immutable; variations are new objects.</summary>
internal sealed record TestNetwork
{
    public static readonly DateTimeOffset Start = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    public int Relays { get; init; } = 20;

    public DateTimeOffset ValidAfter { get; init; } = Start;

    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    public IReadOnlyList<TestAuthority> Signers { get; init; } = TestAuthority.Ours;

    public string RequiredClientProtocols { get; init; } = "Cons=2 Desc=2 FlowCtrl=1 Link=4 Microdesc=2 Relay=2";

    /// <summary>Makes microdescriptors, and so digests, of a later time.</summary>
    public int Generation { get; init; }

    public DateTimeOffset CertificatesExpire { get; init; } = Start + TimeSpan.FromDays(90);

    public DateTimeOffset FreshUntil => ValidAfter + Interval;

    public DateTimeOffset ValidUntil => ValidAfter + Interval * 3;

    public TestNetwork Next => this with { ValidAfter = FreshUntil };

    public string Consensus
    {
        get
        {
            StringBuilder text = new();
            text.Append("network-status-version 3 microdesc\nvote-status consensus\nconsensus-method 33\n");
            text.Append(CultureInfo.InvariantCulture, $"valid-after {TestAuthority.Time(ValidAfter)}\nfresh-until {TestAuthority.Time(FreshUntil)}\nvalid-until {TestAuthority.Time(ValidUntil)}\n");
            text.Append("voting-delay 300 300\nclient-versions \nserver-versions \nknown-flags Exit Fast Guard Running Stable V2Dir Valid\n");
            text.Append(CultureInfo.InvariantCulture, $"recommended-client-protocols Cons=2\nrequired-client-protocols {RequiredClientProtocols}\nparams bwweightscale=10000\n");
            foreach (TestAuthority authority in Signers)
                text.Append(CultureInfo.InvariantCulture, $"dir-source {authority.Nickname} {authority.Identity} 127.0.0.1 127.0.0.1 80 5000\ncontact x\nvote-digest {authority.Identity}\n");
            for (int i = 0; i < Relays; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"r relay{i} {Convert.ToBase64String(IdentityOf(i).AsSpan()).TrimEnd('=')} 2038-01-01 00:00:00 10.{i / 250}.{i % 250}.1 9001 0\n");
                text.Append(CultureInfo.InvariantCulture, $"m {DigestOf(i)}\ns {(i % 3 == 0 ? "Exit " : "")}Fast {(i % 3 == 1 ? "Guard " : "")}Running Stable V2Dir Valid\n");
                text.Append("v Tor 0.4.9.11\npr Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 Link=3-5 Microdesc=1-3 Relay=2-6\nw Bandwidth=1000\n");
            }

            text.Append("directory-footer\nbandwidth-weights Wbd=0 Wbe=0 Wbg=4000 Wbm=10000 Wdb=10000 Web=10000 Wed=10000 Wee=10000 Weg=10000 Wem=10000 Wgb=10000 Wgd=0 Wgg=6000 Wgm=6000 Wmb=10000 Wmd=0 Wme=0 Wmg=4000 Wmm=10000\n");
            text.Append("directory-signature ");
            string signed = text.ToString();
            return signed + string.Join("directory-signature ", Signers.Select(authority => authority.SignatureOf(signed)));
        }
    }

    public string Certificates => string.Concat(TestAuthority.Ours.Concat(TestAuthority.Theirs).Select(CertificateOf));

    public string CertificateOf(TestAuthority authority) => authority.Certificate(Start - TimeSpan.FromDays(10), CertificatesExpire);

    public IEnumerable<string> Microdescriptors => Enumerable.Range(0, Relays).Select(MicrodescriptorOf);

    public string MicrodescriptorOf(int relay)
    {
        byte[] seed = SHA256.HashData(Encoding.ASCII.GetBytes($"{relay} {Generation}"));
        string policy = relay % 3 == 0 ? "p accept 80,443\n" : "";
        return $"onion-key\nntor-onion-key {Convert.ToBase64String(seed).TrimEnd('=')}\n{policy}id ed25519 {Convert.ToBase64String(SHA256.HashData(seed)).TrimEnd('=')}\n";
    }

    public MicrodescriptorDigest DigestOf(int relay) => new(SHA256.HashData(Encoding.ASCII.GetBytes(MicrodescriptorOf(relay))));

    // In rising order, as a consensus lists them.
    public static RsaIdentity IdentityOf(int relay) =>
        new([(byte)(relay >> 8), (byte)relay, .. SHA1.HashData(BitConverter.GetBytes(relay))[..18]]);
}
