using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Logging;

/// <summary>
/// Writes log lines as C tor does, <c>Nov 24 11:02:55.000 [notice] text</c>, to the places that the Log options name. A full disk
/// loses lines, never the process. Safe for concurrent use.
/// </summary>
internal sealed class TorLoggerProvider : ILoggerProvider
{
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private List<Sink> _sinks = [];
    private LogListener? _listener;
    private volatile bool _showsEverything;

    [ThreadStatic]
    private static bool _isListening;

    public TorLoggerProvider(IReadOnlyList<LogRule> rules, TimeProvider time)
    {
        _time = time;
        Reconfigure(rules);
    }

    /// <summary>Somebody else who hears lines, besides the places of the Log options.</summary>
    public void Listen(LogListener listener) => Volatile.Write(ref _listener, listener);

    /// <summary>From now on every line goes everywhere, until the next <see cref="Reconfigure"/> (SIGNAL DEBUG).</summary>
    public void ShowEverything() => _showsEverything = true;

    /// <summary>Replaces the places that lines go to; files are opened anew, so that a rotated file is let go.</summary>
    /// <exception cref="IOException">A file cannot be opened; the old places stay.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Reconfigure(IReadOnlyList<LogRule> rules)
    {
        using Places places = Prepare(rules);
        Use(places);
    }

    /// <summary>Opens places that lines do not go to before <see cref="Use"/>. One change at a time.</summary>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public Places Prepare(IReadOnlyList<LogRule> rules)
    {
        List<Sink> fresh = [];
        try
        {
            foreach (LogRule rule in rules)
                fresh.Add(rule.Target == LogTarget.Syslog ? new Sink(rule, TextWriter.Null, new Syslog(Syslog.DefaultPath, rule.Path!)) : new Sink(rule, Open(rule), null));
        }
        catch
        {
            fresh.ForEach(Close);
            throw;
        }

        return new Places(fresh);
    }

    /// <summary>From now on lines go there, and no longer where they went.</summary>
    public void Use(Places places)
    {
        List<Sink> old;
        lock (_lock)
            (old, _sinks, _showsEverything) = (_sinks, places.Take(), false);
        old.ForEach(Close);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
        lock (_lock)
        {
            _sinks.ForEach(Close);
            _sinks = [];
        }
    }

    private TextWriter Open(LogRule rule)
    {
        if (rule.Target != LogTarget.File)
            return rule.Target == LogTarget.StandardError ? Console.Error : Console.Out;
        FileStreamOptions options = new() { Mode = _begun.Add(rule.Path!) && rule.Truncates ? FileMode.Create : FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new StreamWriter(rule.Path!, new UTF8Encoding(false), options) { AutoFlush = true };
    }

    private static void Close(Sink sink)
    {
        sink.Syslog?.Dispose();
        if (sink.Rule.Target == LogTarget.File)
            sink.Writer.Dispose();
    }

    private bool IsEnabled(LogSeverity severity)
    {
        if (_showsEverything || Volatile.Read(ref _listener)?.Wants(severity) == true)
            return true;
        foreach (Sink sink in Volatile.Read(ref _sinks))
        {
            if (sink.Rule.Takes(severity))
                return true;
        }

        return false;
    }

    private void Write(LogSeverity severity, string message, Exception? exception)
    {
        DateTimeOffset now = _time.GetLocalNow();
        string text = OneLine(message);
        if (exception is not null)
            text += " " + OneLine(exception.ToString());
        lock (_lock)
        {
            foreach (Sink sink in _sinks)
            {
                if (!_showsEverything && !sink.Rule.Takes(severity))
                    continue;
                if (sink.Syslog is { } syslog)
                    syslog.Send(severity, text);
                else
                    TryWrite(sink.Writer, Line(now, sink.Rule.Granularity, severity, text));
            }
        }

        Tell(severity, message);
    }

    /// <summary>What telling makes others log is not told: it would never end.</summary>
    private void Tell(LogSeverity severity, string message)
    {
        if (_isListening || Volatile.Read(ref _listener) is not { } listener || !listener.Wants(severity))
            return;
        _isListening = true;
        try
        {
            listener.Write(severity, OneLine(message));
        }
        finally
        {
            _isListening = false;
        }
    }

    private static string Line(DateTimeOffset now, TimeSpan granularity, LogSeverity severity, string text)
    {
        DateTimeOffset cut = now.AddTicks(-(now.TimeOfDay.Ticks % granularity.Ticks));
        return string.Create(CultureInfo.InvariantCulture, $"{cut:MMM dd HH:mm:ss.fff} [{LogSeverities.Name(severity)}] {text}");
    }

    private static void TryWrite(TextWriter writer, string line)
    {
        try
        {
            writer.WriteLine(line);
            writer.Flush();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // There is no other place to complain to.
        }
    }

    /// <summary>A message with a line break could pass for two messages.</summary>
    private static string OneLine(string text) => text.AsSpan().ContainsAny('\r', '\n') ? text.ReplaceLineEndings(" | ") : text;

    /// <summary>Hears lines as they are logged. Quick, and does not throw.</summary>
    internal sealed record LogListener(Func<LogSeverity, bool> Wants, Action<LogSeverity, string> Write);

    /// <summary>Open places that nothing is written to yet; they are closed unless somebody uses them.</summary>
    internal sealed class Places : IDisposable
    {
        private List<Sink> _sinks;

        internal Places(List<Sink> sinks) => _sinks = sinks;

        public void Dispose() => Take().ForEach(Close);

        internal List<Sink> Take()
        {
            List<Sink> sinks = _sinks;
            _sinks = [];
            return sinks;
        }
    }

    internal sealed record Sink(LogRule Rule, TextWriter Writer, Syslog? Syslog);

    private sealed class Logger(TorLoggerProvider owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && owner.IsEnabled(LogSeverities.Of(logLevel));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                owner.Write(LogSeverities.Of(logLevel), formatter(state, exception), exception);
        }
    }
}
