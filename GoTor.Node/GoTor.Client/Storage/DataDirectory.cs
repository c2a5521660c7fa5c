using Microsoft.Extensions.Logging;

namespace GoTor.Client.Storage;

/// <summary>The data directory of one client: private, and ours alone until disposed. Immutable, safe for concurrent use.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly DirectoryLock _lock;
    private readonly ILogger _logger;

    private DataDirectory(string path, DirectoryLock @lock, ILogger logger)
    {
        FullPath = path;
        _lock = @lock;
        _logger = logger;
    }

    public string FullPath { get; }

    /// <exception cref="StorageException">Not usable, or in use by another process; the message names which.</exception>
    public static DataDirectory Open(string path, ILogger<DataDirectory> logger)
    {
        string full = Path.GetFullPath(path);
        PrivateDirectory.Ensure(full, logger);
        return new DataDirectory(full, DirectoryLock.Take(full), logger);
    }

    public string PathOf(string name) => Path.Combine(FullPath, name);

    /// <summary>A private directory below this one, created when missing.</summary>
    /// <exception cref="StorageException">Not usable.</exception>
    public string Subdirectory(string name)
    {
        string path = PathOf(name);
        PrivateDirectory.Ensure(path, _logger);
        return path;
    }

    public void Dispose() => _lock.Dispose();
}
