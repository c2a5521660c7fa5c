using Microsoft.Extensions.Logging;

namespace GoTor.Client.Storage;

/// <summary>Directories that nobody else may look into.</summary>
internal static class PrivateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Creates it with mode 0700, or checks it: foreign owners are refused, too open a mode is corrected with a warning.</summary>
    /// <exception cref="StorageException">It cannot be used; the message says why.</exception>
    public static void Ensure(string path, ILogger logger)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                System.IO.Directory.CreateDirectory(path);
            else if (OperatingSystem.IsLinux())
                EnsureOnLinux(path, logger);
            else
                EnsureOnUnix(path, logger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw e as StorageException ?? new StorageException($"Cannot use the directory {path}: {e.Message}", e);
        }
    }

    /// <summary>
    /// A socket is as private as its directory, so that is checked as C tor does: nobody else may get in, or with
    /// <paramref name="groupMayEnter"/> nobody outside the group, or when <paramref name="isRelaxed"/> nobody else may write.
    /// </summary>
    /// <exception cref="StorageException">It is not there, or open to others.</exception>
    public static void CheckForSocket(string path, bool groupMayEnter, bool isRelaxed)
    {
        if (!System.IO.Directory.Exists(path))
            throw new StorageException($"The directory {path} for a socket does not exist.");
        if (OperatingSystem.IsWindows())
            return;
        UnixFileMode unwanted = (UnixFileMode)(groupMayEnter ? 0b000_010_111 : 0b000_111_111);
        if (isRelaxed)
            unwanted &= UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(path) & unwanted) != 0)
            throw new StorageException($"Others can get at sockets in {path}. Use a directory that is yours alone, or RelaxDirModeCheck.");
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static void EnsureOnLinux(string path, ILogger logger)
    {
        string plain = Path.TrimEndingDirectorySeparator(path);
        FileFacts facts = UnixFile.Look(plain);
        switch (facts.Kind)
        {
            case FileKind.Missing:
                System.IO.Directory.CreateDirectory(plain, OwnerOnly);
                facts = UnixFile.Look(plain);
                break;
            case FileKind.SymbolicLink:
                throw new StorageException($"{path} is a symbolic link. Name the directory itself.");
            case not FileKind.Directory:
                throw new StorageException($"{path} is not a directory.");
        }

        uint user = UnixFile.EffectiveUser;
        if (facts.Owner != user)
            throw new StorageException($"{path} belongs to user {facts.Owner}, but GoTor runs as user {user}. Change one of the two.");
        Tighten(plain, facts.Mode, logger);
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void EnsureOnUnix(string path, ILogger logger)
    {
        DirectoryInfo directory = new(path);
        if (directory.LinkTarget is not null)
            throw new StorageException($"{path} is a symbolic link. Name the directory itself.");
        if (!directory.Exists)
            System.IO.Directory.CreateDirectory(path, OwnerOnly);
        // Only the owner may set a mode, so setting it is the check.
        File.SetUnixFileMode(path, File.GetUnixFileMode(path));
        Tighten(path, File.GetUnixFileMode(path), logger);
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void Tighten(string path, UnixFileMode mode, ILogger logger)
    {
        if ((mode & ~OwnerOnly) == 0 && (mode & OwnerOnly) == OwnerOnly)
            return;
        if ((mode & ~OwnerOnly) != 0)
            logger.DirectoryTooOpen(path);
        File.SetUnixFileMode(path, OwnerOnly);
    }
}
