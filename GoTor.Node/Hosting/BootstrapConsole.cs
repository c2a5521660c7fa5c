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
                (string tag, string text) = BootstrapWords.Of(snapshot.Phase);
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
}
