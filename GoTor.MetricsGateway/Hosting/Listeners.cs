using System.Net;
using System.Security.Cryptography.X509Certificates;
using GoTor.MetricsGateway.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace GoTor.MetricsGateway.Hosting;

/// <summary>The two ports and their limits.</summary>
internal static class Listeners
{
    public static void Configure(KestrelServerOptions kestrel, GatewayOptions options)
    {
        X509Certificate2? certificate = options.CertificateFile is null
            ? null
            : X509Certificate2.CreateFromPemFile(options.CertificateFile, options.CertificateKeyFile);
        kestrel.AddServerHeader = false;
        SetLimits(kestrel.Limits, options);
        Listen(kestrel, options.HttpAddress, isGrpc: false, certificate);
        Listen(kestrel, options.GrpcAddress, isGrpc: true, certificate);
    }

    private static void SetLimits(KestrelServerLimits limits, GatewayOptions options)
    {
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        limits.MaxRequestLineSize = 4 * 1024;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestBodySize = 64 * 1024;
        limits.MaxResponseBufferSize = 64 * 1024;
        limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(16 * 1024, TimeSpan.FromSeconds(5));
        limits.Http2.MaxStreamsPerConnection = 16;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(30);
    }

    private static void Listen(KestrelServerOptions kestrel, string address, bool isGrpc, X509Certificate2? certificate)
    {
        if (!GatewayOptions.TryParseAddress(address, out IPEndPoint endpoint))
            throw new ArgumentException($"'{address}' is not ADDRESS:PORT", nameof(address)); // The settings were checked.
        kestrel.Listen(endpoint, listen =>
        {
            // Without TLS nothing tells the two versions apart, so each port speaks one.
            listen.Protocols = isGrpc ? HttpProtocols.Http2 : certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (certificate is not null)
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate, HandshakeTimeout = TimeSpan.FromSeconds(5) });
            var kind = new ListenerKind(isGrpc);
            listen.Use(next => connection =>
            {
                connection.Features.Set(kind);
                return next(connection);
            });
        });
    }
}
