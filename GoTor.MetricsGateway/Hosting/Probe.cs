using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace GoTor.MetricsGateway.Hosting;

/// <summary>Asks a running gateway with the same settings whether it lives: for images without a shell.</summary>
internal static class Probe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>0 when it answers, 1 when not.</summary>
    public static async Task<int> RunAsync(string[] settings)
    {
        // The builder reads appsettings.json, environment and command line as the gateway itself does; the token is not needed.
        IConfiguration configuration = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine(settings)
            .Build();
        GatewayOptions options = configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions();
        if (!GatewayOptions.TryParseAddress(options.HttpAddress, out IPEndPoint endpoint))
            throw new GatewaySettingsException([$"HttpAddress is '{options.HttpAddress}'"]);
        if (endpoint.Address.Equals(IPAddress.Any))
            endpoint.Address = IPAddress.Loopback;
        else if (endpoint.Address.Equals(IPAddress.IPv6Any))
            endpoint.Address = IPAddress.IPv6Loopback;
        using var handler = new SocketsHttpHandler { UseProxy = false };
        if (options.CertificateFile is { } file)
        {
            // The certificate's name is for others; the probe asks an address and expects the very certificate of the settings.
            using X509Certificate2 own = X509CertificateLoader.LoadCertificateFromFile(file);
            byte[] expected = own.RawData;
            handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null && presented.GetRawCertData().AsSpan().SequenceEqual(expected);
        }
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            string scheme = options.CertificateFile is null ? "http" : "https";
            using HttpResponseMessage response = await client.GetAsync(new Uri($"{scheme}://{endpoint}/health/live"));
            if (response.IsSuccessStatusCode)
                return 0;
            await Console.Error.WriteLineAsync($"gotor-gateway: the gateway at {endpoint} answered {(int)response.StatusCode}");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"gotor-gateway: no gateway answers at {endpoint}: {error.Message}");
        }
        return 1;
    }
}
