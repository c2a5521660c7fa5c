namespace GoTor.Deploy.Tests.Live;

/// <summary>Programs of Debian that some tests need.</summary>
internal static class Programs
{
    public static string? Find(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin"))
            {
                string path = Path.Combine(folder, name);
                if (File.Exists(path))
                    return path;
            }
        }

        return null;
    }

    /// <summary>The program, or the test is skipped.</summary>
    public static string Need(params ReadOnlySpan<string> names)
    {
        string? found = Find(names);
        Skip.If(found is null, $"There is no {names[0]} here.");
        return found!;
    }
}
