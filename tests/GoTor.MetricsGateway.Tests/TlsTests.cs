using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using GoTor.MetricsContract;

namespace GoTor.MetricsGateway.Tests;

public sealed class TlsTests
{
    [Fact]
    public async Task Certificate_MakesBothPortsSpeakTls()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            using X509Certificate2 certificate = Write(folder);
            await using TestGateway gateway = await TestGateway.StartAsync(
                null, null, ("CertificateFile", Path.Combine(folder, "cert.pem")), ("CertificateKeyFile", Path.Combine(folder, "key.pem")));
            Assert.Equal("https", gateway.HttpAddress.Scheme);
            using var handler = new SocketsHttpHandler();
            handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented!.GetCertHashString() == certificate.GetCertHashString();
            using var http = new HttpClient(handler);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(gateway.HttpAddress, "/metrics"))).StatusCode);
            using GrpcChannel channel = GrpcChannel.ForAddress(gateway.GrpcAddress, new GrpcChannelOptions { HttpClient = http });
            await new NodeReports.NodeReportsClient(channel).ReportAsync(TestReports.Empty(), TestGateway.Authorization);
            using var plain = new HttpClient();
            await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://{gateway.HttpAddress.Authority}/metrics")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static X509Certificate2 Write(string folder)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
