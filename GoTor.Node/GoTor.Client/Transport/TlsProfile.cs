using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using GoTor.Protocol.Crypto;

namespace GoTor.Client.Transport;

/// <summary>How our TLS looks from outside: as much like C tor's (which follows Firefox) as the platform lets us choose.</summary>
internal static class TlsProfile
{
    // C tor 0.4.9.11, ciphers.inc, in its order.
    private static readonly TlsCipherSuite[] Ciphers =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,
    ];

    private static readonly CipherSuitesPolicy? CipherPolicy =
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? new CipherSuitesPolicy(Ciphers) : null;

    public static SslClientAuthenticationOptions Options(TorRandom random) => new()
    {
        // A name that means nothing, as C tor sends; none at all would be rare on the net.
        TargetHost = RandomHostName(random),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CipherSuitesPolicy = CipherPolicy,
        // A resumed session would tell the relay that it has seen us before.
        AllowTlsResume = false,
        AllowRenegotiation = false,
        // A stranger's certificate may name addresses to fetch more certificates or revocation lists from. Never go there.
        CertificateChainPolicy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
        },
    };

    private static string RandomHostName(TorRandom random)
    {
        const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";
        return string.Create(random.Next(4, 26) + 8, random, static (name, random) =>
        {
            "www.".CopyTo(name);
            foreach (ref char c in name[4..^4])
                c = Base32[random.Next(0, Base32.Length)];
            ".com".CopyTo(name[^4..]);
        });
    }
}
