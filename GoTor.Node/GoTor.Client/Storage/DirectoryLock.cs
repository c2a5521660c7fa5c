using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace GoTor.Client.Storage;

/// <summary>
/// The right to use a data directory: a lock on its file "lock", the same one that C tor takes, so the two exclude each other.
/// The kernel gives it back when the process ends, however it ends. The file holds our process id for whoever comes second.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly SafeFileHandle _file;

    private DirectoryLock(SafeFileHandle file) => _file = file;

    /// <exception cref="StorageException">Another process has it, or the directory cannot be written.</exception>
    public static DirectoryLock Take(string directory)
    {
        string path = Path.Combine(directory, "lock");
        AtomicFile.RefuseUnlessRegularOrMissing(path);
        SafeFileHandle? file = null;
        try
        {
            if (OperatingSystem.IsLinux())
            {
                file = UnixFile.OpenLock(path);
                if (!UnixFile.TryLock(file, path))
                    throw InUse(directory, Holder(file, path));
            }
            else
            {
                file = OpenExclusively(directory, path);
            }

            // Also finds out now, not hours later, that the disk is full.
            byte[] self = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, self, 0);
            RandomAccess.FlushToDisk(file);
            return new DirectoryLock(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw e as StorageException ?? new StorageException($"Cannot write {path}: {e.Message}", e);
        }
    }

    /// <summary>Gives the directory back. The file stays: removing it would let two others in at once.</summary>
    public void Dispose()
    {
        if (_file.IsClosed)
            return;
        try
        {
            RandomAccess.SetLength(_file, 0);
        }
        catch (IOException)
        {
            // The content is only a hint.
        }

        _file.Dispose();
    }

    private static StorageException InUse(string directory, string holder, Exception? inner = null) =>
        new($"The directory {directory} is in use by {holder}. Stop it, or use another DataDirectory.", inner);

    private static SafeFileHandle OpenExclusively(string directory, string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw InUse(directory, "another process", e);
        }
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static string Holder(SafeFileHandle file, string path)
    {
        int pid = PidIn(file) ?? PidInKernelTable(path) ?? 0;
        if (pid == 0)
            return "another process";
        try
        {
            using Process process = Process.GetProcessById(pid);
            return $"process {pid} ({process.ProcessName})";
        }
        catch (ArgumentException)
        {
            return $"process {pid}";
        }
    }

    private static int? PidIn(SafeFileHandle file)
    {
        byte[] content = new byte[16];
        int length = RandomAccess.Read(file, content, 0);
        string text = Encoding.ASCII.GetString(content, 0, length).Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
    }

    // C tor writes no process id. "1: FLOCK  ADVISORY  WRITE 4711 fe:01:131074 0 EOF"
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static int? PidInKernelTable(string path)
    {
        string suffix = ":" + UnixFile.Look(path).Inode.ToString(CultureInfo.InvariantCulture);
        try
        {
            foreach (string line in File.ReadLines("/proc/locks"))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length >= 6 && fields[1] == "FLOCK" && fields[5].EndsWith(suffix, StringComparison.Ordinal)
                    && int.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                    return pid;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then we do not know.
        }

        return null;
    }
}
