using System.Globalization;
using GoTor.Node.Health;

namespace GoTor.Node.Reporting;

/// <summary>
/// What the process takes of the machine. Descriptors are counted seldom, since each is a look-up of its own. Files of /proc are proc(5).
/// Safe for concurrent use.
/// </summary>
internal sealed class ProcessProbe(TimeProvider time)
{
    private static readonly TimeSpan DescriptorsLast = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OthersLast = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private ProcessResources? _known;
    private long _readAt;
    private long _countedAt;

    /// <summary>As of now or a moment ago.</summary>
    public ProcessResources Read()
    {
        lock (_lock)
        {
            bool count = _known is null || time.GetElapsedTime(_countedAt) >= DescriptorsLast;
            if (_known is not null && !count && time.GetElapsedTime(_readAt) < OthersLast)
                return _known;
            (int? descriptors, int? sockets) = count ? CountDescriptors() : (_known!.Descriptors, _known.Sockets);
            _readAt = time.GetTimestamp();
            if (count)
                _countedAt = _readAt;
            return _known = new ProcessResources(
                Environment.WorkingSet,
                GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
                descriptors,
                _known is null ? ReadDescriptorLimit() : _known.DescriptorLimit,
                sockets,
                CountThreads());
        }
    }

    private static (int? Descriptors, int? Sockets) CountDescriptors()
    {
        if (!OperatingSystem.IsLinux())
            return (null, null);
        try
        {
            (int descriptors, int sockets) = (0, 0);
            foreach (FileSystemInfo descriptor in new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos())
            {
                descriptors++;
                sockets += IsSocket(descriptor) ? 1 : 0;
            }

            return (descriptors, sockets);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, null);
        }
    }

    private static bool IsSocket(FileSystemInfo descriptor)
    {
        try
        {
            return descriptor.LinkTarget?.Contains("socket:[", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false; // Closed meanwhile.
        }
    }

    private static long? ReadDescriptorLimit()
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                return null;
            // "Max open files            1024                 524288               files"
            string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            string? soft = line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int CountThreads()
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                return 0;
            // The name may hold anything, so the fields are counted from behind it; the number of threads is the 18th of them.
            string stat = File.ReadAllText("/proc/self/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return int.Parse(fields[17], NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
