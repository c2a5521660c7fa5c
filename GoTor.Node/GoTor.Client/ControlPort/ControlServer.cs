using System.Net;
using System.Net.Sockets;
using GoTor.Client.Proxies;
using GoTor.Client.Storage;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Crypto;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.ControlPort;

/// <summary>
/// All control ports and every controller at them. What commands do is in <see cref="Commands"/>; what happens in the client is passed on by
/// <see cref="Publish"/>. Safe for concurrent use.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    /// <summary>The release of C tor whose protocol this is: controllers compare it with what they need.</summary>
    public const string SpokenVersion = "0.4.9.11";

    private readonly TorRandom _random;
    private readonly byte[] _cookie = new byte[SafeCookie.CookieLength];
    private readonly Lock _lock = new();
    private readonly Dictionary<ControlSession, Task> _sessions = [];
    private readonly LinkedList<ControlSession> _strangers = [];
    private readonly List<ControlListener> _listeners = [];
    private readonly TaskCompletionSource _ownerLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogGate _failureGate;
    private readonly LogGate _httpGate;
    private ControlAuthentication _authentication;
    private string? _writtenPortFile;
    private ulong _wanted;
    private bool _isStopping;

    /// <param name="version">What PROTOCOLINFO and GETINFO version say.</param>
    public ControlServer(string version, TorRandom random, TimeProvider time, ControlMetrics metrics, ILogger<ControlServer> logger)
    {
        (Version, _random, Time, Metrics, Logger) = (version, random, time, metrics, logger);
        (_failureGate, _httpGate) = (new LogGate(time, TimeSpan.FromMinutes(1)), new LogGate(time, TimeSpan.FromMinutes(1)));
        random.Fill(_cookie);
        _authentication = new ControlAuthentication(new ControlPortOptions(), _cookie, random);
        SessionCommands.AddTo(Commands);
    }

    public string Version { get; }

    /// <summary>With more than so many connections, the oldest that has not authenticated has to go.</summary>
    public int MaxConnections { get; init; } = 2048;

    public TimeProvider Time { get; }

    public ControlMetrics Metrics { get; }

    public ILogger Logger { get; }

    public ControlCommands Commands { get; } = new();

    public ControlAuthentication Authentication => Volatile.Read(ref _authentication);

    /// <summary>Completes when a controller that owned us has gone.</summary>
    public Task OwnerLeft => _ownerLeft.Task;

    /// <summary>Another set of events is asked for than before. Raised on any thread; handlers are quick and do not throw.</summary>
    public event Action? WantedChanged;

    /// <summary>Where the ports listen, in the order of their lines.</summary>
    public IReadOnlyList<EndPoint> LocalEndPoints
    {
        get
        {
            lock (_lock)
                return [.. _listeners.Select(listener => listener.LocalEndPoint)];
        }
    }

    public int ConnectionCount
    {
        get
        {
            lock (_lock)
                return _sessions.Count;
        }
    }

    /// <summary>Opens all ports, or none, and writes the files that tell controllers how to get in.</summary>
    /// <exception cref="IOException">A port cannot be opened, or the cookie not be written; the message says which and why.</exception>
    public async Task StartAsync(ControlPortOptions options)
    {
        Volatile.Write(ref _authentication, new ControlAuthentication(options, _cookie, _random));
        List<ControlListener> opened = [];
        try
        {
            foreach (SocksPortOptions port in options.Listeners)
                opened.Add(Open(port));

            // Only now: if the ports are another Tor's, so is the cookie.
            WriteCookie(options, null);
        }
        catch
        {
            foreach (ControlListener listener in opened)
                await listener.DisposeAsync();
            throw;
        }

        lock (_lock)
            _listeners.AddRange(opened);
        if (options.PortFile is { } file)
            WritePortFile(file, options.PortFileGroupReadable);
    }

    /// <summary>
    /// Readies new secrets: whatever can fail. They are not in force before <see cref="Use"/>; <see cref="Forget"/> takes them back. One change at a time.
    /// </summary>
    /// <exception cref="TorException">Other machines would get in without proof.</exception>
    /// <exception cref="IOException">The cookie cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Prepare(ControlPortOptions options)
    {
        if (!options.NeedsProof && LocalEndPoints.OfType<IPEndPoint>().FirstOrDefault(end => !IPAddress.IsLoopback(end.Address)) is { } open)
            throw new TorException(TorErrorKind.InvalidRequest, $"ControlPort {open} can be reached from other machines and would need no password.");
        WriteCookie(options, Authentication.Options);
    }

    /// <summary>Takes back <see cref="Prepare"/>.</summary>
    public void Forget(ControlPortOptions options)
    {
        if (!IsSameFile(options.CookieFile, Authentication.Options.CookieFile))
            DeleteIfOurs(options.CookieFile);
        else if (options.CookieFileGroupReadable != Authentication.Options.CookieFileGroupReadable)
            WriteCookie(Authentication.Options, options);
    }

    /// <summary>Goes by the secrets of <see cref="Prepare"/>. Ports stay as they are, and so does who is in.</summary>
    public void Use(ControlPortOptions options)
    {
        ControlPortOptions old = Authentication.Options;
        Volatile.Write(ref _authentication, new ControlAuthentication(options, _cookie, _random));
        if (!IsSameFile(options.CookieFile, old.CookieFile))
            DeleteIfOurs(old.CookieFile);
        if (old.NeedsProof && !options.NeedsProof)
        {
            foreach (EndPoint end in LocalEndPoints)
                Logger.NoProof(end.ToString()!);
        }
    }

    /// <summary>Somebody listens: only then is it worth putting an event together.</summary>
    public bool Wants(ControlEventKind kind) => (Volatile.Read(ref _wanted) & ControlEvents.Bit(kind)) != 0;

    /// <summary>Tells everyone who asked for it.</summary>
    public void Publish(ControlEventKind kind, ControlReply body)
    {
        if (!Wants(kind))
            return;
        byte[] bytes = body.ToBytes();
        ulong bit = ControlEvents.Bit(kind);
        foreach (ControlSession session in Sessions())
        {
            if ((session.Events & bit) != 0)
                session.Post(bytes);
        }
    }

    /// <summary>An event of one line, which starts with its name.</summary>
    public void Publish(ControlEventKind kind, string line) => Publish(kind, ControlReply.Of(650, line));

    public void EventsChanged()
    {
        ulong before;
        ulong wanted = 0;

        // Under one lock: of two changes at once, the set that is older must not be the one that stays.
        lock (_lock)
        {
            foreach (ControlSession session in _sessions.Keys)
                wanted |= session.Events;
            before = Interlocked.Exchange(ref _wanted, wanted);
        }

        if (before != wanted)
            WantedChanged?.Invoke();
    }

    public void NoteFailure(string method)
    {
        Metrics.AuthenticationFailed();
        if (_failureGate.TryPass())
            Logger.AuthenticationFailed(method);
    }

    public void NoteHttp()
    {
        if (_httpGate.TryPass())
            Logger.Http();
    }

    public void Begin(Socket socket)
    {
        ControlSession session = new(socket, this);
        ControlSession? oldest = null;
        bool isStopping;
        lock (_lock)
        {
            if (_sessions.Keys.Count(other => !other.IsAborted) >= MaxConnections)
                oldest = _strangers.FirstOrDefault(other => !other.IsAborted) ?? session;
            isStopping = _isStopping || oldest == session;
            // Under the lock: the next stranger must find another.
            oldest?.Abort();
            if (!isStopping)
            {
                session.Place = _strangers.AddLast(session);
                _sessions.Add(session, Task.Run(() => RunAsync(session)));
            }
        }

        if (isStopping)
            session.Dispose();
    }

    /// <summary>The controller has authenticated, and need not make room for others any more.</summary>
    public void Admitted(ControlSession session)
    {
        lock (_lock)
            NoStranger(session);
    }

    /// <summary>Accepts no more and ends every connection. Files with cookies and ports are removed.</summary>
    public async ValueTask DisposeAsync()
    {
        ControlListener[] listeners;
        lock (_lock)
        {
            _isStopping = true;
            listeners = [.. _listeners];
            _listeners.Clear();
        }

        foreach (ControlListener listener in listeners)
            await listener.DisposeAsync();
        foreach (ControlSession session in Sessions())
            session.Abort();
        Task[] running;
        lock (_lock)
            running = [.. _sessions.Values];
        await Task.WhenAll(running);
        DeleteIfOurs(Authentication.Options.CookieFile);
        if (_writtenPortFile is { } ports)
            TryDelete(ports);
    }

    private ControlSession[] Sessions()
    {
        lock (_lock)
            return [.. _sessions.Keys];
    }

    private async Task RunAsync(ControlSession session)
    {
        Logger.Opened();
        await session.RunAsync();
        lock (_lock)
        {
            _sessions.Remove(session);
            NoStranger(session);
        }

        bool wasOwner = session.IsOwner;
        session.Dispose();
        EventsChanged();
        if (wasOwner && !_isStopping && _ownerLeft.TrySetResult())
            Logger.OwnerLeft();
    }

    private void NoStranger(ControlSession session)
    {
        if (session.Place is { } place)
            _strangers.Remove(place);
        session.Place = null;
    }

    private ControlListener Open(SocksPortOptions options)
    {
        ListeningSocket listening = ListeningSocket.Open(options);
        string where = options.UnixPath is { } path ? "unix:" + path : listening.LocalEndPoint.ToString()!;
        if (listening.LocalEndPoint is IPEndPoint tcp)
        {
            if (!IPAddress.IsLoopback(tcp.Address))
                Logger.NotLoopback(where);
            if (!Authentication.Options.NeedsProof)
                Logger.NoProof(where);
        }

        Logger.Listening(where);
        return new ControlListener(listening, this);
    }

    private void WritePortFile(string file, bool groupReadable)
    {
        try
        {
            string text = string.Concat(LocalEndPoints.Select(end => end is IPEndPoint ? $"PORT={end}\n" : $"UNIX_PORT={end}\n"));
            AtomicFile.Write(file, System.Text.Encoding.UTF8.GetBytes(text));
            _writtenPortFile = file;
            if (groupReadable && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            Logger.FileNotWritten(file, e.Message);
        }
    }

    /// <param name="before">What is in force; null when nothing is written yet.</param>
    private void WriteCookie(ControlPortOptions options, ControlPortOptions? before)
    {
        if (options.CookieFile is not { } file)
            return;
        bool isThere = before is not null && IsSameFile(file, before.CookieFile) && File.Exists(file);
        if (isThere && options.CookieFileGroupReadable == before!.CookieFileGroupReadable)
            return;
        try
        {
            if (!isThere)
                AtomicFile.Write(file, _cookie);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | (options.CookieFileGroupReadable ? UnixFileMode.GroupRead : 0));
        }
        catch when (!isThere)
        {
            DeleteIfOurs(file);
            throw;
        }
    }

    private static bool IsSameFile(string? a, string? b) =>
        a is null || b is null ? ReferenceEquals(a, b) : Path.GetFullPath(a) == Path.GetFullPath(b);

    /// <summary>Another Tor may have put its own cookie there.</summary>
    private void DeleteIfOurs(string? cookieFile)
    {
        try
        {
            if (cookieFile is not null && AtomicFile.Read(cookieFile, SafeCookie.CookieLength) is { } content && content.AsSpan().SequenceEqual(_cookie))
                TryDelete(cookieFile);
        }
        catch (StorageException)
        {
            // Not ours.
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is of no use to anyone any more.
        }
    }
}
