using System.Runtime.InteropServices;

namespace GoTor.Testing;

/// <summary>The <c>dotnet</c> program of the runtime that runs these tests.</summary>
internal static class DotnetHost
{
    /// <summary>
    /// Its full path. What <c>PATH</c> calls dotnet may be a script, whose shell opens files and sockets of its own under a tracer.
    /// </summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        // <root>/shared/Microsoft.NETCore.App/<version>/
        string root = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string program = System.IO.Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(program) ? program : "dotnet";
    }
}
