using System.Diagnostics;
using System.Globalization;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>A process that a test started, with everything that it printed. Safe for concurrent use.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> IsIt, TaskCompletionSource<string> Found)> _waiting = [];
    private bool _ended;

    private ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Collect(line.Data);
        process.ErrorDataReceived += (_, line) => Collect(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>The first process that it has started itself; null when there is none. proc(5): the parent is the second field after the name.</summary>
    public int? ChildId
    {
        get
        {
            foreach (string folder in Directory.EnumerateDirectories("/proc"))
            {
                if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                    continue;
                try
                {
                    string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                    if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == Id.ToString(CultureInfo.InvariantCulture))
                        return id;
                }
                catch (IOException)
                {
                    // It has ended meanwhile.
                }
            }

            return null;
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to its standard output and error so far.</summary>
    public string Output
    {
        get
        {
            lock (_lock)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>User and system time that it has taken so far, to the kernel's tick of 10 ms.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{Id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            long ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return TimeSpan.FromMilliseconds(ticks * 10);
        }
    }

    /// <summary>Memory that it holds now, in bytes.</summary>
    public long ResidentBytes =>
        1024 * long.Parse(
            File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^2],
            CultureInfo.InvariantCulture);

    public static ChildProcess Start(string program, params IEnumerable<string> arguments) => new(Launch(program, arguments));

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it printed.</exception>
    public static async Task<string> RunAsync(string program, string input, CancellationToken cancel, params IEnumerable<string> arguments)
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

    /// <summary>The first line, printed already or yet to come, that fits.</summary>
    /// <exception cref="InvalidOperationException">It ended without such a line; the message holds what it printed.</exception>
    public Task<string> LineAsync(Func<string, bool> isIt)
    {
        lock (_lock)
        {
            if (_lines.FirstOrDefault(isIt) is { } line)
                return Task.FromResult(line);
            if (_ended)
                return Task.FromException<string>(EndedEarly());
            TaskCompletionSource<string> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((isIt, found));
            return found.Task;
        }
    }

    public void Send(Signal signal)
    {
        if (!_process.HasExited)
            Signals.Send(Id, signal);
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit code; 128 and more for a signal.</returns>
    public async Task<int> WaitAsync(CancellationToken cancel = default)
    {
        await _process.WaitForExitAsync(cancel);
        return _process.ExitCode;
    }

    /// <summary>Ends it at once, like a crash, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static Process Launch(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private void Collect(string? line)
    {
        lock (_lock)
        {
            if (line is null)
            {
                _ended = true;
                foreach ((_, TaskCompletionSource<string> found) in _waiting)
                    found.TrySetException(EndedEarly());
                _waiting.Clear();
            }
            else
            {
                _lines.Add(line);
                _waiting.RemoveAll(waiter => waiter.IsIt(line) && waiter.Found.TrySetResult(line));
            }
        }
    }

    private InvalidOperationException EndedEarly() => new($"The process ended: {string.Join('\n', _lines)}");
}
