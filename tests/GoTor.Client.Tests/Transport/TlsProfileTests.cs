using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GoTor.Client.Channels;
using GoTor.Client.Tests.Channels;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Transport;

public sealed class TlsProfileTests
{
    // A relay chooses what its certificate says. A client that followed it would tell the relay's friends its address, past Tor.
    [Fact]
    public async Task Certificate_ThatNamesAnAddressToFetchFrom_IsNotFollowed()
    {
        using var bait = new TcpListener(IPAddress.Loopback, 0);
        bait.Start();
        Task<Socket> bitten = bait.AcceptSocketAsync();
        using X509Certificate2 certificate = CertificateWithLinks($"http://{bait.LocalEndpoint}/ca.crt");
        await using LoopbackRelay relay = LoopbackRelay.Start(certificate);
        await using var harness = new ChannelHarness();

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.ReceiveCellAsync();
        await link.DisposeAsync();
        await Assert.ThrowsAsync<ChannelException>(() => getting);

        Assert.False(bitten.IsCompleted);
    }

    private static X509Certificate2 CertificateWithLinks(string url)
    {
        using ECDsa issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 issuer = new CertificateRequest("CN=absent issuer", issuerKey, HashAlgorithmName.SHA256)
        {
            CertificateExtensions = { new X509BasicConstraintsExtension(true, false, 0, true) },
        }.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=www.bait.net", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([url], [url]));
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([url]));
        using X509Certificate2 certificate = request.Create(
            issuer, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10), [1, 2, 3]);
        return certificate.CopyWithPrivateKey(key);
    }
}
