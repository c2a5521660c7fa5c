using System.Net;
using System.Text.RegularExpressions;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>A running Tor client with one SOCKS port of the system's choice. It keeps its data in a folder of the caller's.</summary>
internal sealed partial class ClientProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly ChildProcess _process;

    private readonly bool _wrapped;

    private ClientProcess(ChildProcess process, string folder, bool wrapped)
    {
        _process = process;
        _wrapped = wrapped;
        Folder = folder;
    }

    public string Folder { get; }

    /// <summary>Its data directory.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>Known once <see cref="ListeningAsync"/> or <see cref="BootstrappedAsync"/> has completed.</summary>
    public IPEndPoint Socks { get; private set; } = new(IPAddress.None, 0);

    public ChildProcess Process => _process;

    public string Output => _process.Output;

    /// <summary>Starts a client of a network. Options given here come after the network's own.</summary>
    public static ClientProcess Start(
        ClientProgram program, PrivateTorNetwork network, string folder, params IEnumerable<string> torrcLines) =>
        Start(program, folder, network.ClientTorrcLines.Concat(torrcLines));

    public static ClientProcess Start(ClientProgram program, string folder, IEnumerable<string> torrcLines) =>
        Start(program, folder, torrcLines, wrapper: []);

    /// <param name="wrapper">A program and its arguments that is to run the client, such as strace.</param>
    public static ClientProcess Start(
        ClientProgram program, string folder, IEnumerable<string> torrcLines, IReadOnlyList<string> wrapper)
    {
        string torrc = Path.Combine(folder, "torrc");
        File.WriteAllLines(
            torrc,
            [$"DataDirectory {Path.Combine(folder, "data")}", "SocksPort 127.0.0.1:auto", "Log notice stdout", .. torrcLines]);
        string[] command = [.. wrapper, program.File, .. program.Arguments, "-f", torrc];
        return new ClientProcess(ChildProcess.Start(command[0], command[1..]), folder, wrapper.Count > 0);
    }

    /// <summary>Starts a client and waits until it can fetch.</summary>
    public static Task<ClientProcess> StartAsync(
        ClientProgram program, PrivateTorNetwork network, string folder, params IEnumerable<string> torrcLines) =>
        StartAsync(program, folder, network.ClientTorrcLines.Concat(torrcLines));

    /// <inheritdoc cref="StartAsync(ClientProgram, PrivateTorNetwork, string, IEnumerable{string})"/>
    public static async Task<ClientProcess> StartAsync(ClientProgram program, string folder, IEnumerable<string> torrcLines)
    {
        ClientProcess client = Start(program, folder, torrcLines);
        try
        {
            await client.BootstrappedAsync();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until its SOCKS port is open.</summary>
    public async Task ListeningAsync()
    {
        string line = await WithinAsync(_process.LineAsync(line => SocksLine().IsMatch(line)));
        Socks = IPEndPoint.Parse(SocksLine().Match(line).Groups[1].Value);
    }

    public async Task BootstrappedAsync()
    {
        await ListeningAsync();
        await WithinAsync(_process.LineAsync(line => line.Contains("Bootstrapped 100%", StringComparison.Ordinal)));
    }

    /// <summary>Asks it to end with SIGTERM.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        SignalClient(Signal.Terminate);
        return await WithinAsync(_process.WaitAsync());
    }

    public async ValueTask DisposeAsync()
    {
        SignalClient(Signal.Kill);
        await _process.DisposeAsync();
    }

    /// <summary>A wrapper such as strace keeps signals to itself, so they go to what it runs.</summary>
    private void SignalClient(Signal signal)
    {
        if (!_wrapped)
            _process.Send(signal);
        else if (!_process.HasExited && _process.ChildId is { } client)
            Signals.Send(client, signal);
    }

    private async Task<T> WithinAsync<T>(Task<T> task)
    {
        try
        {
            return await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The client printed only: {Output}");
        }
    }

    // C tor: "Opened Socks listener connection (ready) on 127.0.0.1:9050".
    [GeneratedRegex(@"Socks listener.* on (127\.0\.0\.1:[1-9]\d*)", RegexOptions.IgnoreCase)]
    private static partial Regex SocksLine();
}
