using System.Globalization;
using System.Net;

namespace GoTor.Testing.PrivateNetwork;

internal enum TestRelayRole
{
    Authority,
    Relay,
    Exit,
}

/// <summary>One relay of a <see cref="PrivateTorNetwork"/>.</summary>
internal sealed class TestRelay(string name, TestRelayRole role, string folder, IPEndPoint orPort, IPEndPoint? dirPort) : IFaultyRelay, IAsyncDisposable
{
    private ChildProcess? _process;

    public string Name => name;

    public TestRelayRole Role => role;

    /// <summary>Its data directory, with its torrc, its log (<c>notices.log</c>) and its caches.</summary>
    public string Folder => folder;

    public IPEndPoint OrPort => orPort;

    /// <summary>Only authorities have one: C tor's authorities talk to each other there. Clients never do.</summary>
    public IPEndPoint? DirPort => dirPort;

    /// <summary>Its RSA identity in upper-case hex.</summary>
    public string Fingerprint => File.ReadAllText(Path.Combine(folder, "fingerprint")).Split(' ')[1].Trim();

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it printed and logged, for a failed test's message.</summary>
    public string Log
    {
        get
        {
            string file = Path.Combine(folder, "notices.log");
            return (_process?.Output ?? "") + (File.Exists(file) ? File.ReadAllText(file) : "");
        }
    }

    /// <summary>Starts it on its torrc. It ends with our process, even when that one is killed.</summary>
    public void Start() =>
        _process = ChildProcess.Start(
            TorTools.Tor!,
            "--defaults-torrc", Path.Combine(folder, "no-defaults"),
            "-f", Path.Combine(folder, "torrc"),
            "--DataDirectory", folder,
            "--RunAsDaemon", "0",
            "--__OwningControllerProcess", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes it read its torrc again.</summary>
    public void Reload() => _process!.Send(Signal.Hangup);

    /// <summary>Makes it write its connections and circuits to its logs.</summary>
    public void DumpState() => _process!.Send(Signal.User1);

    /// <summary>Stops answering while its sockets stay open.</summary>
    public void Freeze() => _process!.Send(Signal.Stop);

    public void Thaw() => _process!.Send(Signal.Continue);

    /// <summary>Ends it like a crash. <see cref="RestartAsync"/> brings it back with the same keys and ports.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <summary>Starts it again and waits until it takes connections.</summary>
    public async Task RestartAsync(CancellationToken cancel = default)
    {
        await DisposeAsync();
        Start();
        await Wait.UntilAsync(
            () => PortFinder.Answers(orPort), TimeSpan.FromSeconds(30), () => $"{name} did not come back: {Log}", cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }
}
