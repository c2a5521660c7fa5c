using GoTor.Client;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Hosting;

/// <summary>Tells how far the bootstrap is: in C tor's words in the log, and as a bar where a person watches.</summary>
internal sealed class BootstrapConsole : IDisposable
{
    private const int BarWidth = 40;

    private readonly BootstrapStatus _status;
    private readonly ILogger _logger;
    private readonly bool _bar;
    private readonly Lock _lock = new();
    private int _percent = -1;
    private string? _warning;

    /// <param name="bar">Draw a bar: standard output is a terminal and nothing else is printed there.</param>
    public BootstrapConsole(BootstrapStatus status, ILogger logger, bool bar)
    {
        _status = status;
        _logger = logger;
        _bar = bar;
        _status.Changed += Show;
        Show(_status.Current);
    }

    public void Dispose() => _status.Changed -= Show;

    private void Show(BootstrapSnapshot snapshot)
    {
        lock (_lock)
        {
            if (snapshot.Percent > _percent)
            {
                _percent = snapshot.Percent;
                (string tag, string text) = Words(snapshot.Phase);
                if (_bar)
                    Draw(snapshot.Percent, text);
                else
                    NodeLog.Bootstrapped(_logger, snapshot.Percent, tag, text);
            }

            if (snapshot.Warning is { } warning && warning != _warning)
                NodeLog.BootstrapProblem(_logger, warning);
            _warning = snapshot.Warning;
        }
    }

    private static void Draw(int percent, string text)
    {
        int filled = percent * BarWidth / 100;
        Console.Out.Write($"\r[{new string('#', filled)}{new string('.', BarWidth - filled)}] {percent,3}% {text,-60}");
        if (percent == 100)
            Console.Out.WriteLine();
        Console.Out.Flush();
    }

    /// <summary>The tag and summary that C tor 0.4.9.11 prints for each phase; controllers match on the tags.</summary>
    internal static (string Tag, string Text) Words(BootstrapPhase phase) => phase switch
    {
        BootstrapPhase.Starting => ("starting", "Starting"),
        BootstrapPhase.Connecting => ("conn", "Connecting to a relay"),
        BootstrapPhase.Connected => ("conn_done", "Connected to a relay"),
        BootstrapPhase.Handshaking => ("handshake", "Handshaking with a relay"),
        BootstrapPhase.HandshakeDone => ("handshake_done", "Handshake with a relay done"),
        BootstrapPhase.OneHopCreate => ("onehop_create", "Establishing an encrypted directory connection"),
        BootstrapPhase.RequestingStatus => ("requesting_status", "Asking for networkstatus consensus"),
        BootstrapPhase.LoadingStatus => ("loading_status", "Loading networkstatus consensus"),
        BootstrapPhase.LoadingKeys => ("loading_keys", "Loading authority key certs"),
        BootstrapPhase.RequestingDescriptors => ("requesting_descriptors", "Asking for relay descriptors"),
        BootstrapPhase.LoadingDescriptors => ("loading_descriptors", "Loading relay descriptors"),
        BootstrapPhase.EnoughDirectoryInfo => ("enough_dirinfo", "Loaded enough directory info to build circuits"),
        BootstrapPhase.ConnectingForCircuits => ("ap_conn", "Connecting to a relay to build circuits"),
        BootstrapPhase.ConnectedForCircuits => ("ap_conn_done", "Connected to a relay to build circuits"),
        BootstrapPhase.HandshakingForCircuits => ("ap_handshake", "Finishing handshake with a relay to build circuits"),
        BootstrapPhase.HandshakeForCircuitsDone => ("ap_handshake_done", "Handshake finished with a relay to build circuits"),
        BootstrapPhase.CircuitCreate => ("circuit_create", "Establishing a Tor circuit"),
        BootstrapPhase.Done => ("done", "Done"),
        _ => ("undef", "Undefined"),
    };
}
