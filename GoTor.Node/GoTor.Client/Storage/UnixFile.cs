using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace GoTor.Client.Storage;

internal enum FileKind
{
    Missing,
    Regular,
    Directory,
    SymbolicLink,

    /// <summary>A FIFO, a socket or a device.</summary>
    Other,
}

/// <param name="Mode">The permission bits, as in chmod.</param>
internal readonly record struct FileFacts(FileKind Kind, UnixFileMode Mode, uint Owner, ulong Inode);

/// <summary>The calls of Linux that .NET does not offer: opening without following links, whole-file locks, syncing directories.</summary>
[SupportedOSPlatform("linux")]
internal static class UnixFile
{
    private const int AtFdCwd = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const uint StatxBasicStats = 0x7ff;
    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
    private const int OpenNonBlock = 0x800;
    private const int OpenCloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int NoEntry = 2;
    private const int WouldBlock = 11;

    // These two differ between the processor families.
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64;
    private static readonly int OpenDirectory = IsArm ? 0x4000 : 0x10000;
    private static readonly int OpenNoFollow = IsArm ? 0x8000 : 0x20000;

    public static uint EffectiveUser => geteuid();

    /// <summary>What is at <paramref name="path"/> itself: a symbolic link is reported, not followed.</summary>
    public static FileFacts Look(string path)
    {
        byte[] facts = new byte[256];
        if (statx(AtFdCwd, Name(path), AtSymlinkNoFollow, StatxBasicStats, facts) != 0)
        {
            if (Marshal.GetLastPInvokeError() == NoEntry)
                return default;
            throw Failure("look at", path);
        }

        int mode = BinaryPrimitives.ReadUInt16LittleEndian(facts.AsSpan(28));
        FileKind kind = (mode & 0xf000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0xa000 => FileKind.SymbolicLink,
            _ => FileKind.Other,
        };
        return new FileFacts(kind, (UnixFileMode)(mode & 0xfff), BinaryPrimitives.ReadUInt32LittleEndian(facts.AsSpan(20)),
            BinaryPrimitives.ReadUInt64LittleEndian(facts.AsSpan(32)));
    }

    /// <summary>Opens a file of ours for reading. Neither follows a link nor waits for the other end of a FIFO.</summary>
    public static SafeFileHandle OpenForReading(string path) => Open(path, OpenNoFollow | OpenNonBlock | OpenCloseOnExec);

    /// <summary>Opens or creates a lock file with mode 0600, without emptying it.</summary>
    public static SafeFileHandle OpenLock(string path) =>
        Open(path, OpenReadWrite | OpenCreate | OpenNoFollow | OpenNonBlock | OpenCloseOnExec);

    /// <summary>The lock that C tor takes, too. The kernel releases it when the process ends, however it ends.</summary>
    /// <returns>False when someone else has it.</returns>
    public static bool TryLock(SafeFileHandle file, string path)
    {
        if (flock(file, LockExclusive | LockNonBlocking) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == WouldBlock ? false : throw Failure("lock", path);
    }

    /// <summary>Makes a rename in the directory survive a power cut.</summary>
    public static void SyncDirectory(string path)
    {
        using SafeFileHandle directory = Open(path, OpenDirectory | OpenCloseOnExec);
        if (fsync(directory) != 0)
            throw Failure("sync", path);
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        int descriptor = open(Name(path), flags, 0x180);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("open", path);
    }

    private static byte[] Name(string path) => Encoding.UTF8.GetBytes(path + '\0');

    private static StorageException Failure(string what, string path) =>
        new($"Cannot {what} {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");

#pragma warning disable SYSLIB1054, IDE1006 // Blittable signatures need no generated marshalling; the names are the C library's.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int directory, byte[] path, int flags, uint mask, byte[] result);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int flock(SafeFileHandle file, int operation);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(SafeFileHandle file);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();
#pragma warning restore SYSLIB1054, IDE1006
}
