using System.Diagnostics;
using System.Globalization;
using GoTor.Sandbox;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Benchmarks.SandboxBars;

/// <summary>A sandbox in a process of its own, so that its memory and its start are its own. It ends with this one.</summary>
internal sealed class SandboxProcess : IAsyncDisposable
{
    /// <summary>This program's first argument when it is the sandbox.</summary>
    public const string Verb = "sandbox-process";

    private const string Ready = "ready";

    private readonly ChildProcess _process;
    private readonly string _folder;

    private SandboxProcess(ChildProcess process, string folder) => (_process, _folder) = (process, folder);

    public double ResidentMegabytes => _process.ResidentBytes / 1e6;

    public IReadOnlyList<string> ClientTorrc => File.ReadAllLines(Path.Combine(_folder, "torrc"));

    /// <param name="args">How many guards, middles and exits, and where the torrc of clients goes.</param>
    public static async Task<int> ServeAsync(string[] args)
    {
        int[] counts = [.. args.Take(3).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Guards = counts[0], Middles = counts[1], Exits = counts[2] });
        network.WriteTorrc(args[3]);
        Console.WriteLine(Ready);
        while (await Console.In.ReadLineAsync() is not null)
            continue;
        return 0;
    }

    /// <returns>The running network, and how long the process took from its start to here.</returns>
    public static async Task<(SandboxProcess Network, TimeSpan Took)> StartAsync(int guards, int middles, int exits)
    {
        string folder = Directory.CreateTempSubdirectory("gotor-sandbox-").FullName;
        Stopwatch clock = Stopwatch.StartNew();
        ChildProcess process = ChildProcess.Start(
            Environment.ProcessPath!,
            [Verb, .. new[] { guards, middles, exits }.Select(count => count.ToString(CultureInfo.InvariantCulture)), Path.Combine(folder, "torrc")]);
        await process.LineAsync(line => line == Ready);
        return (new SandboxProcess(process, folder), clock.Elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
