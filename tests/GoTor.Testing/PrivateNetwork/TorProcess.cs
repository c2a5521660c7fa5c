using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>
/// One running C tor on a torrc of ours. It ends with the test process even when that one is killed
/// (<c>__OwningControllerProcess</c>). Not safe for concurrent use, but for <see cref="Output"/>.
/// </summary>
internal sealed class TorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private TorProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Collect(line.Data);
        process.ErrorDataReceived += (_, line) => Collect(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to its standard output and error so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts tor on the file <c>torrc</c> in <paramref name="folder"/>, which becomes its data directory.</summary>
    public static TorProcess Start(string folder) =>
        new(Launch(
            TorTools.Tor!,
            "--defaults-torrc", Path.Combine(folder, "no-defaults"),
            "-f", Path.Combine(folder, "torrc"),
            "--DataDirectory", folder,
            "--RunAsDaemon", "0",
            "--__OwningControllerProcess", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it printed.</exception>
    public static async Task<string> RunAsync(string program, string input, CancellationToken cancel, params string[] arguments)
    {
        using Process process = Launch(program, arguments);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(cancel);
        string output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}{await errors}");
    }

    /// <summary>Stops answering while its sockets stay open: a black hole.</summary>
    public void Freeze() => Signals.Send(Id, Signal.Stop);

    public void Thaw() => Signals.Send(Id, Signal.Continue);

    public void Reload() => Signals.Send(Id, Signal.Hangup);

    /// <summary>Ends it at once, like a crash, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            Signals.Send(Id, Signal.Kill);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end (it has <c>ShutdownWaitLength 0</c>) and waits until it is gone.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited)
            Signals.Send(Id, Signal.Terminate);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static Process Launch(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private void Collect(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
