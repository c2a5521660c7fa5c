using GoTor.Client.Directory.Http;
using GoTor.Client.Directory.Servers;

namespace GoTor.Client.Directory.Fetching;

/// <summary>
/// One request under way. The directory loop makes and ends it; the task that carries it out only notes its progress.
/// </summary>
internal sealed class DirectoryFetch(DirectoryDocument document, DirectoryServer server, IDirectoryGuard? guard, DirectoryRequest request) : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private long _received;
    private long _lastProgress;

    public DirectoryDocument Document => document;

    public DirectoryServer Server => server;

    /// <summary>Set when the server is one of our guards: it wants to know how this ends.</summary>
    public IDirectoryGuard? Guard => guard;

    public DirectoryRequest Request => request;

    /// <summary>What exactly was asked for, in the words of whoever asked.</summary>
    public object? Subject { get; init; }

    public CancellationToken CancellationToken => _cancel.Token;

    /// <summary>Bytes of the answer so far.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Time of the monotonic clock.</summary>
    public TimeSpan LastProgress => new(Volatile.Read(ref _lastProgress));

    public void NoteProgress(int bytes, TimeSpan now)
    {
        Volatile.Write(ref _lastProgress, now.Ticks);
        Interlocked.Add(ref _received, bytes);
    }

    public void Cancel() => _cancel.Cancel();

    public void Dispose() => _cancel.Dispose();
}
