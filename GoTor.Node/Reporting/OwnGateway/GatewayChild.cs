using System.Diagnostics;
using System.Net;
using GoTor.Node.Reporting.Sending;

namespace GoTor.Node.Reporting.OwnGateway;

/// <summary>One run of the gateway as a child process. It ends when its standard input closes, also when we are killed.</summary>
internal sealed class GatewayChild : IAsyncDisposable
{
    private const string Announcement = "Listening: ";
    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task _reading;
    private readonly TaskCompletionSource<Uri?> _grpc = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GatewayChild(Process process, Action<string> onLogLine)
    {
        _process = process;
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync(onLogLine));
    }

    /// <summary>Where it takes reports; null when it ended without saying so.</summary>
    public Task<Uri?> Grpc => _grpc.Task;

    /// <param name="http">Where it serves its pages. It chooses the port for reports itself.</param>
    /// <param name="onLogLine">Gets each line that it logs, on any thread; does not throw.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be run.</exception>
    public static GatewayChild Start(GatewayFiles files, IPEndPoint http, BearerToken token, Action<string> onLogLine)
    {
        ProcessStartInfo start = new(files.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (string argument in (IEnumerable<string>)[.. files.Arguments, "--parent-stdin", $"--Gateway:HttpAddress={http}", "--Gateway:GrpcAddress=127.0.0.1:0"])
            start.ArgumentList.Add(argument);
        // It gets its token by the pipe, and writes to us rather than to the journal.
        start.Environment.Remove("GOTOR_METRICS_TOKEN");
        start.Environment.Remove("JOURNAL_STREAM");
        // What the environment says of exporting is said to the node, whose own options decide.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("OTEL_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        Process process = Process.Start(start)!;
        GatewayChild child = new(process, onLogLine);
        child.HandOver(token);
        return child;
    }

    /// <summary>Waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end, and makes it.</summary>
    public async ValueTask DisposeAsync()
    {
        Quietly(_process.StandardInput.Close);
        try
        {
            using CancellationTokenSource patience = new(PatienceAtEnd);
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Quietly(() => _process.Kill());
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        await _reading.ConfigureAwait(false);
        _process.Dispose();
    }

    private void HandOver(BearerToken token) => Quietly(() =>
    {
        _process.StandardInput.WriteLine(token.Reveal());
        _process.StandardInput.Flush();
    });

    private async Task ReadOutputAsync()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (line.StartsWith(Announcement, StringComparison.Ordinal))
                    _grpc.TrySetResult(GrpcOf(line));
            }
        }
        catch (IOException)
        {
            // It is gone.
        }

        _grpc.TrySetResult(null);
    }

    /// <summary>"Listening: http=http://127.0.0.1:9052 grpc=http://127.0.0.1:40001"</summary>
    private static Uri? GrpcOf(string line)
    {
        string? address = line.Split(' ').FirstOrDefault(word => word.StartsWith("grpc=", StringComparison.Ordinal))?[5..];
        return Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? uri : null;
    }

    private async Task ReadErrorsAsync(Action<string> onLogLine)
    {
        try
        {
            while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
                onLogLine(line);
        }
        catch (IOException)
        {
            // It is gone.
        }
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended already.
        }
    }
}
