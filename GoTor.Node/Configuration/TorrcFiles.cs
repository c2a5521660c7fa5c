using System.Text;

namespace GoTor.Node.Configuration;

/// <summary>Reads a torrc with everything that it includes: files, folders (their files in order of name) and patterns.</summary>
internal static class TorrcFiles
{
    /// <summary>As in C tor.</summary>
    private const int MaxIncludeDepth = 31;

    private const long MaxFileBytes = 16L << 20;

    /// <summary>Problems are added to <paramref name="problems"/>; what could be read is returned all the same.</summary>
    public static List<ConfigLine> Read(string file, List<ConfigProblem> problems)
    {
        List<ConfigLine> lines = [];
        ReadInto(file, 0, new ConfigSource(file, 0), lines, problems);
        return lines;
    }

    private static void ReadInto(string file, int depth, ConfigSource from, List<ConfigLine> lines, List<ConfigProblem> problems)
    {
        if (depth > MaxIncludeDepth)
        {
            problems.Add(new ConfigProblem(from, $"%include is nested more than {MaxIncludeDepth} deep: does a file include itself?"));
            return;
        }

        if (TryReadText(file, from, problems) is not { } text)
            return;
        foreach (ConfigLine line in TorrcLexer.Read(text, file, problems))
        {
            if (line.Key == "%include")
                Include(line, depth, lines, problems);
            else
                lines.Add(line);
        }
    }

    private static string? TryReadText(string file, ConfigSource from, List<ConfigProblem> problems)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxFileBytes })
            {
                problems.Add(new ConfigProblem(from, $"{file} is larger than {MaxFileBytes >> 20} MiB: it is not a torrc."));
                return null;
            }

            return File.ReadAllText(file, Encoding.UTF8);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new ConfigProblem(from, $"Cannot read {file}: {error.Message}"));
            return null;
        }
    }

    private static void Include(ConfigLine line, int depth, List<ConfigLine> lines, List<ConfigProblem> problems)
    {
        if (line.Value.Length == 0)
        {
            problems.Add(new ConfigProblem(line.Source, "%include needs a path."));
            return;
        }

        // A relative path means relative to the file that includes, so that a folder of settings can be moved as a whole.
        string pattern = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(line.Source.File)) ?? "/", line.Value);
        foreach (string file in Matches(pattern, line.Source, problems))
            ReadInto(file, depth + 1, line.Source, lines, problems);
    }

    private static IEnumerable<string> Matches(string pattern, ConfigSource source, List<ConfigProblem> problems)
    {
        try
        {
            if (Directory.Exists(pattern))
                return Sorted(Directory.EnumerateFiles(pattern));
            string name = Path.GetFileName(pattern);
            if (!name.AsSpan().ContainsAny('*', '?'))
                return [pattern];
            string folder = Path.GetDirectoryName(pattern) ?? "/";
            if (Directory.Exists(folder))
                return Sorted(Directory.EnumerateFiles(folder, name));
            problems.Add(new ConfigProblem(source, $"%include: the folder {folder} does not exist."));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new ConfigProblem(source, $"%include: {error.Message}"));
        }

        return [];
    }

    private static string[] Sorted(IEnumerable<string> files) =>
        [.. files.Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal)];
}
