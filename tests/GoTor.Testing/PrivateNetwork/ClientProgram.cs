namespace GoTor.Testing.PrivateNetwork;

/// <summary>A Tor client that reads a torrc: ours or C tor.</summary>
/// <param name="Arguments">What comes before the torrc options.</param>
internal sealed record ClientProgram(string Name, string File, params IReadOnlyList<string> Arguments)
{
    public static ClientProgram CTor { get; } =
        new("C tor", TorTools.Tor ?? "tor", "--defaults-torrc", "/nonexistent/torrc-defaults");

    /// <summary>The node that was built with this program.</summary>
    public static ClientProgram GoTor { get; } = Node(Path.Combine(AppContext.BaseDirectory, "GoTor.Node.dll"));

    /// <summary>A node somewhere else: an assembly, or a native program.</summary>
    public static ClientProgram Node(string path) =>
        path.EndsWith(".dll", StringComparison.Ordinal) ? new("GoTor", "dotnet", "exec", path) : new("GoTor", path);
}
