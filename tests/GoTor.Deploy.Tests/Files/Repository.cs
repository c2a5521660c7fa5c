using System.Runtime.CompilerServices;

namespace GoTor.Deploy.Tests.Files;

/// <summary>Where the files under test are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params ReadOnlySpan<string> path) => Path.Combine([Root, .. path]);

    public static string Read(params ReadOnlySpan<string> path) => File.ReadAllText(PathOf(path));

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}
