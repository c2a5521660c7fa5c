using GoTor.Client.Storage;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Directory.Cache;

/// <summary>
/// Directory documents on disk, under C tor's names and in its formats, so that a user may change between the two programs.
/// A disk that fails never fails the node: what cannot be written is kept in memory and tried again, what cannot be read is
/// fetched again. Owned by the directory loop.
/// </summary>
internal sealed class DirectoryCache(string directory, ILogger logger)
{
    public const string Certificates = "cached-certs";
    public const string Consensus = "cached-microdesc-consensus";
    public const string UnverifiedConsensus = "unverified-microdesc-consensus";
    public const string Microdescriptors = "cached-microdescs";
    public const string MicrodescriptorJournal = "cached-microdescs.new";

    private const int MaxFileLength = 128 << 20;
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _unsaved = [];
    private readonly List<ReadOnlyMemory<byte>> _unsavedAppends = [];
    private bool _hasTrouble;

    /// <summary>Something waits in memory for a disk that takes it.</summary>
    public bool HasUnsaved => _unsaved.Count + _unsavedAppends.Count > 0;

    /// <summary>The whole file; null when there is none that can be read.</summary>
    public ReadOnlyMemory<byte>? Read(string name)
    {
        if (_unsaved.TryGetValue(name, out ReadOnlyMemory<byte> unsaved))
            return unsaved;
        try
        {
            // Not a conditional expression: there, null would become empty memory.
            if (AtomicFile.Read(PathOf(name), MaxFileLength) is { } content)
                return content;
            return null;
        }
        catch (StorageException e)
        {
            logger.CacheUnreadable(name, e.Message);
            return null;
        }
    }

    public void Write(string name, ReadOnlyMemory<byte> content)
    {
        _unsaved[name] = content;
        Flush();
    }

    /// <summary>Adds to the end of the journal of microdescriptors.</summary>
    public void AppendToJournal(ReadOnlyMemory<byte> content)
    {
        _unsavedAppends.Add(content);
        Flush();
    }

    /// <summary>Writes the file that replaces both the old one and the journal.</summary>
    public void ReplaceMicrodescriptors(ReadOnlyMemory<byte> content)
    {
        _unsavedAppends.Clear();
        _unsaved[MicrodescriptorJournal] = ReadOnlyMemory<byte>.Empty;
        Write(Microdescriptors, content);
    }

    public void Delete(string name)
    {
        _unsaved.Remove(name);
        Attempt(() => File.Delete(PathOf(name)));
    }

    /// <summary>Moves a damaged file out of the way, over the one that was damaged before it.</summary>
    public void SetAside(string name)
    {
        logger.CacheDamaged(name);
        _unsaved.Remove(name);
        Attempt(() => File.Move(PathOf(name), PathOf(name) + ".damaged", overwrite: true));
    }

    /// <summary>Tries once more what could not be written.</summary>
    public void Flush()
    {
        // The journal comes last: it is emptied only after its content stands in the main file, and grows only after that.
        foreach (string name in _unsaved.Keys.OrderBy(name => name == MicrodescriptorJournal).ToArray())
        {
            if (name == MicrodescriptorJournal && _unsaved.ContainsKey(Microdescriptors))
                continue;
            if (Attempt(() => AtomicFile.Write(PathOf(name), _unsaved[name].Span)))
                _unsaved.Remove(name);
        }

        if (_unsavedAppends.Count > 0 && !_unsaved.ContainsKey(MicrodescriptorJournal) && Attempt(Append))
            _unsavedAppends.Clear();
        if (_hasTrouble && !HasUnsaved)
        {
            _hasTrouble = false;
            logger.CacheWritableAgain();
        }
    }

    private string PathOf(string name) => Path.Combine(directory, name);

    private void Append()
    {
        string path = PathOf(MicrodescriptorJournal);
        AtomicFile.RefuseUnlessRegularOrMissing(path);
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using FileStream file = new(path, options);
        long before = file.Length;
        try
        {
            file.Position = before;
            foreach (ReadOnlyMemory<byte> content in _unsavedAppends)
                file.Write(content.Span);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // Half an entry would spoil the one that is appended after it.
            file.SetLength(before);
            throw;
        }
    }

    private bool Attempt(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Once per trouble, not once per try.
            if (!_hasTrouble)
                logger.CacheNotWritable(e.Message);
            _hasTrouble = true;
            return false;
        }
    }
}
