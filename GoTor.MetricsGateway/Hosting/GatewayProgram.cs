using System.Net.Sockets;
using System.Security.Cryptography;
using GoTor.MetricsGateway.Profiling;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace GoTor.MetricsGateway.Hosting;

/// <summary>The program. Exit codes: 0 as asked, 1 wrong settings, an address in use or an unhealthy probe.</summary>
internal static class GatewayProgram
{
    private const string ProbeSwitch = "--probe";
    private const string ParentSwitch = "--parent-stdin";

    public static async Task<int> RunAsync(string[] args)
    {
        string[] settings = [.. args.Where(argument => argument is not (ProbeSwitch or ParentSwitch))];
        try
        {
            if (args is [SpeedscopeConverter.Switch, string trace, string into])
                return SpeedscopeConverter.Run(trace, into);
            if (args.Contains(ProbeSwitch))
                return await Probe.RunAsync(settings);
            string? token = args.Contains(ParentSwitch) ? await ParentLink.ReadTokenAsync() : null;
            await using WebApplication app = GatewayHost.Build(settings, token);
            await app.StartAsync();
            ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(GatewayProgram).FullName!);
            Announce(app, logger);
            if (token is not null)
                ParentLink.StopWithParent(app.Lifetime, logger);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (GatewaySettingsException wrong)
        {
            foreach (string fault in wrong.Faults)
                await Console.Error.WriteLineAsync($"gotor-gateway: {fault}");
        }
        catch (Exception error) when (error is IOException or SocketException or CryptographicException) // An address in use or not ours, a bad certificate.
        {
            await Console.Error.WriteLineAsync($"gotor-gateway: {error.Message}");
        }
        return 1;
    }

    /// <summary>The two addresses that are really bound, in the order of the settings.</summary>
    public static (string Http, string Grpc) Addresses(WebApplication app)
    {
        string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        return (addresses[0], addresses[1]);
    }

    // One line that a parent process can read.
    private static void Announce(WebApplication app, ILogger logger)
    {
        (string http, string grpc) = Addresses(app);
        Console.WriteLine($"Listening: http={http} grpc={grpc}");
        GatewayOptions options = app.Services.GetRequiredService<GatewayOptions>();
        HostingLog.Started(logger, http, grpc);
        if (options.CertificateFile is null && (GatewayOptionsRules.IsWide(options.HttpAddress) || GatewayOptionsRules.IsWide(options.GrpcAddress)))
            HostingLog.WideWithoutTls(logger);
    }
}
