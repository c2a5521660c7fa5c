namespace GoTor.Node.Reporting.OwnGateway;

/// <summary>How to start the gateway that came with this node: a program and what comes before its own arguments.</summary>
internal sealed record GatewayFiles(string Program, params IReadOnlyList<string> Arguments)
{
    private const string Name = "GoTor.MetricsGateway";

    /// <summary>Looks into the folder "gateway" beside the node.</summary>
    /// <exception cref="FileNotFoundException">There is no gateway; the message says what to do.</exception>
    public static GatewayFiles Find(string nodeFolder, string? nodeProgram)
    {
        string folder = Path.Combine(nodeFolder, "gateway");
        string library = Path.Combine(folder, Name + ".dll");
        string program = Path.Combine(folder, OperatingSystem.IsWindows() ? Name + ".exe" : Name);
        // The same runtime as our own when there is one, wherever it is installed.
        if (File.Exists(library) && Path.GetFileNameWithoutExtension(nodeProgram) is "dotnet")
            return new GatewayFiles(nodeProgram!, "exec", library);
        if (File.Exists(program))
            return new GatewayFiles(program);
        throw new FileNotFoundException(
            $"MetricsPort starts the metrics gateway, but this installation has none ({folder} is missing). Run a gateway of its own and name it with MetricsGateway.");
    }
}
