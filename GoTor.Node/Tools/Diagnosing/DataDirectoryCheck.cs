using GoTor.Client.Storage;
using GoTor.Node.Configuration;

namespace GoTor.Node.Tools.Diagnosing;

/// <summary>Whether the node can keep its state, and whether others can see it.</summary>
internal static class DataDirectoryCheck
{
    private const string Name = "data directory";

    public static IEnumerable<Finding> Run(NodeConfiguration configuration)
    {
        yield return Look(configuration.Client.DataDirectory);
        if (configuration.Client.CacheDirectory is { } cache && cache != configuration.Client.DataDirectory)
            yield return Look(cache);
    }

    private static Finding Look(string path)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                return Directory.Exists(path) ? TryToWrite(path) : Missing(path);
            FileFacts facts = UnixFile.Look(Path.TrimEndingDirectorySeparator(path));
            return facts.Kind switch
            {
                FileKind.Missing => Missing(path),
                FileKind.SymbolicLink => Finding.Bad(Name, $"{path} is a symbolic link.", "Name the directory itself."),
                not FileKind.Directory => Finding.Bad(Name, $"{path} is not a directory.", "Name a directory."),
                _ when facts.Owner != UnixFile.EffectiveUser => Finding.Bad(Name, $"{path} belongs to user {facts.Owner}, this is user {UnixFile.EffectiveUser}.", "Run doctor and node as the owner, or change the owner with chown."),
                _ when ((int)facts.Mode & 0b000_111_111) != 0 => Finding.Warning(Name, $"Others can look into {path}.", $"chmod 700 {path} (the node does it when it starts)."),
                _ => TryToWrite(path),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Finding.Bad(Name, $"{path} cannot be looked at: {error.Message}", "Give the node's user access to the directories above it.");
        }
    }

    private static Finding Missing(string path)
    {
        DirectoryInfo? parent = Directory.GetParent(Path.GetFullPath(Path.TrimEndingDirectorySeparator(path)));
        return parent is null or { Exists: true }
            ? Finding.Good(Name, $"{path} does not exist yet; the node makes it.")
            : Finding.Warning(Name, $"Neither {path} nor the directory above it exists.", "The node makes only what it may: check the path.");
    }

    private static Finding TryToWrite(string path)
    {
        string probe = Path.Combine(path, $".doctor-{Environment.ProcessId}");
        try
        {
            using FileStream file = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            file.WriteByte(0);
            file.Flush(flushToDisk: true);
            return Finding.Good(Name, $"{path} is private and can be written.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Finding.Bad(Name, $"{path} cannot be written: {error.Message}", "Is the disk full, or mounted read-only? Is it the node's user?");
        }
    }
}
