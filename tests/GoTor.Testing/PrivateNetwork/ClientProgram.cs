namespace GoTor.Testing.PrivateNetwork;

/// <summary>A Tor client that reads a torrc: ours or C tor.</summary>
/// <param name="Arguments">What comes before the torrc options.</param>
internal sealed record ClientProgram(string Name, string File, params IReadOnlyList<string> Arguments)
{
    public static ClientProgram CTor { get; } =
        new("C tor", TorTools.Tor ?? "tor", "--defaults-torrc", "/nonexistent/torrc-defaults");

    /// <summary>The node that was built with this program.</summary>
    public static ClientProgram GoTor { get; } = Node(Built("GoTor.Node"));

    /// <summary>A node somewhere else: an assembly, or a native program.</summary>
    public static ClientProgram Node(string path) =>
        path.EndsWith(".dll", StringComparison.Ordinal) ? new("GoTor", DotnetHost.Path, "exec", path) : new("GoTor", path);

    /// <summary>
    /// A program of ours in its project's own output folder. The copy beside a test that hosts web servers lacks what those servers'
    /// framework brings.
    /// </summary>
    public static string Built(string project)
    {
        DirectoryInfo here = new(AppContext.BaseDirectory);
        DirectoryInfo? folder = here;
        (string target, string configuration) = (here.Name, here.Parent!.Name);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "GoTor.sln")))
            folder = folder.Parent;
        string own = Path.Combine(folder?.FullName ?? "", project, "bin", configuration, target, $"{project}.dll");
        return System.IO.File.Exists(own) ? own : Path.Combine(AppContext.BaseDirectory, $"{project}.dll");
    }
}
