using System.Diagnostics;
using GoTor.MetricsGateway.Hosting;

namespace GoTor.Benchmarks.Gateway;

/// <summary>A gateway in a process of its own, which ends with this one.</summary>
internal sealed class GatewayProcess : IDisposable
{
    /// <summary>This program's first argument when it is the gateway.</summary>
    public const string Verb = "gateway-process";

    public const string Token = "a-token-for-benchmarks-only";

    private readonly Process _process;

    private GatewayProcess(Process process, Uri http, Uri grpc) => (_process, Http, Grpc) = (process, http, grpc);

    public Uri Http { get; }

    public Uri Grpc { get; }

    /// <summary>In MB of 10^6 bytes.</summary>
    public double ResidentMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>User and system.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static Task<int> ServeAsync(string[] args) => GatewayProgram.RunAsync(args);

    public static async Task<GatewayProcess> StartAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])[Verb, "--parent-stdin", "--Gateway:HttpAddress=127.0.0.1:0", "--Gateway:GrpcAddress=127.0.0.1:0", "--Logging:LogLevel:Default=Warning"])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(Token);
        await process.StandardInput.FlushAsync();
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The gateway did not start.");
        string[] words = line.Split(' ');
        return new GatewayProcess(process, new Uri(words[1]["http=".Length..]), new Uri(words[2]["grpc=".Length..]));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
