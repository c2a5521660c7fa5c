using Microsoft.Win32.SafeHandles;

namespace GoTor.Client.Storage;

/// <summary>
/// Reads and writes whole files of ours. A write is complete or did not happen, also over a crash; files are 0600; links, FIFOs and
/// directories in a file's place are refused. Callers see to it that a path has one writer at a time.
/// </summary>
internal static class AtomicFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="StorageException">The file cannot be written; what was there before is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        RefuseUnlessRegularOrMissing(path);
        string temporary = path + ".tmp";
        try
        {
            // What a crash left behind. Removing never follows a link, and CreateNew does not either.
            File.Delete(temporary);
            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (FileStream file = new(temporary, options))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            if (OperatingSystem.IsLinux())
                UnixFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw e as StorageException ?? new StorageException($"Cannot write {path}: {e.Message}", e);
        }
    }

    /// <summary>The whole file, or null when there is none.</summary>
    /// <exception cref="StorageException">Not a regular file, longer than <paramref name="maxLength"/> bytes, or not readable.</exception>
    public static byte[]? Read(string path, int maxLength)
    {
        if (RefuseUnlessRegularOrMissing(path) == FileKind.Missing)
            return null;
        try
        {
            using SafeFileHandle file = OperatingSystem.IsLinux()
                ? UnixFile.OpenForReading(path)
                : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(file);
            if (length > maxLength)
                throw new StorageException($"{path} has {length} bytes; {maxLength} is the most it can have.");
            byte[] content = new byte[length];
            int got = 0;
            while (got < content.Length && RandomAccess.Read(file, content.AsSpan(got), got) is int read and > 0)
                got += read;
            return got == content.Length ? content : content[..got];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw e as StorageException ?? new StorageException($"Cannot read {path}: {e.Message}", e);
        }
    }

    /// <exception cref="StorageException">Something else than a file is in the way.</exception>
    public static FileKind RefuseUnlessRegularOrMissing(string path)
    {
        FileKind kind = KindOf(path);
        return kind is FileKind.Regular or FileKind.Missing
            ? kind
            : throw new StorageException($"{path} is not a regular file ({Describe(kind)}). Move it away.");
    }

    private static string Describe(FileKind kind) => kind switch
    {
        FileKind.Directory => "it is a directory",
        FileKind.SymbolicLink => "it is a symbolic link",
        _ => "it is a FIFO, socket or device",
    };

    /// <summary>What is at the path itself; links are not followed.</summary>
    public static FileKind KindOf(string path)
    {
        if (OperatingSystem.IsLinux())
            return UnixFile.Look(path).Kind;
        FileInfo file = new(path);
        if (file.LinkTarget is not null)
            return FileKind.SymbolicLink;
        if (System.IO.Directory.Exists(path))
            return FileKind.Directory;
        return file.Exists ? FileKind.Regular : FileKind.Missing;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next write removes it, or reports why it cannot.
        }
    }
}
