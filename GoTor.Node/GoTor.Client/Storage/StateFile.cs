using System.Globalization;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Storage;

/// <summary>
/// The file "state": guards, build times and whatever else must survive a restart, in C tor's format. Changes are written together
/// within <see cref="SaveDelay"/>, and at once by <see cref="Flush"/> and <see cref="Dispose"/>. A disk that does not take them is
/// reported and tried again; nothing stops for it. Safe for concurrent use.
/// </summary>
internal sealed class StateFile : IDisposable
{
    public static readonly TimeSpan SaveDelay = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);
    private const int MaxLength = 16 * 1024 * 1024;
    private const int MaxSetAside = 100;
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    private readonly Lock _lock = new();

    // Taken before _lock, so that a slow disk delays other writers and nobody else.
    private readonly Lock _saving = new();
    private readonly string _path;
    private readonly string _lastGoodPath;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly StateDocument _document;
    private bool _isDirty;
    private bool _isScheduled;
    private bool _isDisposed;
    private volatile bool _isFailing;

    private StateFile(string path, TimeProvider time, ILogger logger)
    {
        _path = path;
        _lastGoodPath = path + ".last-good";
        _time = time;
        _logger = logger;
        _document = Load();
        _timer = time.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        WarnIfFromTheFuture();
    }

    /// <summary>The last write failed: what changed since then would be lost by a crash.</summary>
    public bool IsFailing => _isFailing;

    /// <exception cref="StorageException">The file's place is taken by something that is not a file, or it cannot be read.</exception>
    public static StateFile Open(DataDirectory directory, TimeProvider time, ILogger<StateFile> logger) =>
        new(directory.PathOf("state"), time, logger);

    /// <summary>The values of all lines with this key, in the file's order.</summary>
    public IReadOnlyList<string> GetLines(string key)
    {
        lock (_lock)
            return _document.Values(key);
    }

    /// <summary>Replaces all lines with this key; no values removes them.</summary>
    /// <exception cref="ArgumentException">A value would not come back as it is: control characters, comments, outer blanks.</exception>
    public void SetLines(string key, IEnumerable<string> values)
    {
        string[] lines = [.. values];
        foreach (string line in lines)
        {
            if (line.Trim() != line || line.Any(c => c is '#' or < ' ' or (> '~' and < '\xa0') or > '\xff'))
                throw new ArgumentException("A value of the state file is one line of printable characters.", nameof(values));
        }

        lock (_lock)
        {
            if (!_document.Set(key, lines))
                return;
            _isDirty = true;
            Schedule(SaveDelay);
        }
    }

    /// <summary>Writes what has changed, now.</summary>
    /// <returns>False when the disk did not take it; then it is tried again later.</returns>
    public bool Flush()
    {
        lock (_saving)
        {
            byte[] content;
            lock (_lock)
            {
                _isScheduled = false;
                if (!_isDirty)
                    return true;
                DateTimeOffset now = _time.GetUtcNow();
                _document.Set("TorVersion", ["GoTor " + typeof(StateFile).Assembly.GetName().Version?.ToString(3)]);
                _document.Set("LastWritten", [now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)]);
                content = _document.Encode(now);
                _isDirty = false;
            }

            try
            {
                AtomicFile.Write(_path, content);
                AtomicFile.Write(_lastGoodPath, content);
                if (_isFailing)
                    _logger.StateWrittenAgain();
                _isFailing = false;
                return true;
            }
            catch (StorageException e)
            {
                if (!_isFailing)
                    _logger.StateNotWritten(e.Message);
                _isFailing = true;
                lock (_lock)
                {
                    _isDirty = true;
                    Schedule(RetryDelay);
                }

                return false;
            }
        }
    }

    /// <summary>Writes what has changed and stops.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        _timer.Dispose();
        Flush();
    }

    private void Schedule(TimeSpan delay)
    {
        if (_isScheduled || _isDisposed)
            return;
        _isScheduled = true;
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private StateDocument Load()
    {
        byte[]? content;
        try
        {
            content = AtomicFile.Read(_path, MaxLength);
        }
        catch (StorageException) when (AtomicFile.KindOf(_path) == FileKind.Regular && new FileInfo(_path).Length > MaxLength)
        {
            return Replace(new StateDocument());
        }

        if (content is null)
        {
            // Whoever removes the state wants to start afresh; old guards must not come back.
            File.Delete(_lastGoodPath);
            return new StateDocument();
        }

        StateDocument document = StateDocument.Parse(content);
        if (document.IsDamaged || document.IsEmpty)
            return Replace(document);
        if (document.BadLines > 0)
            _logger.StateLinesDropped(document.BadLines);
        return document;
    }

    // What is left of the damaged file is second best to the copy of what we wrote last.
    private StateDocument Replace(StateDocument damaged)
    {
        string aside = SetAside();
        StateDocument? lastGood = ReadLastGood();
        _logger.StateDamaged(_path, aside, lastGood is null ? "what is readable of it" : "the copy of what was written last");
        _isDirty = true;
        return lastGood ?? damaged;
    }

    private StateDocument? ReadLastGood()
    {
        try
        {
            if (AtomicFile.Read(_lastGoodPath, MaxLength) is not { } content)
                return null;
            StateDocument document = StateDocument.Parse(content);
            return document.IsDamaged || document.IsEmpty ? null : document;
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private string SetAside()
    {
        for (int i = 0; i < MaxSetAside; i++)
        {
            string aside = string.Create(CultureInfo.InvariantCulture, $"{_path}.{i}");
            if (Path.Exists(aside))
                continue;
            File.Move(_path, aside);
            return aside;
        }

        File.Delete(_path);
        return "nowhere, there are too many already";
    }

    private void WarnIfFromTheFuture()
    {
        if (_document.Values("LastWritten") is [{ } text, ..]
            && DateTimeOffset.TryParseExact(
                text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset written)
            && written - _time.GetUtcNow() is { } ahead && ahead > TimeSpan.FromMinutes(1))
            _logger.StateFromTheFuture(ahead);
    }
}
