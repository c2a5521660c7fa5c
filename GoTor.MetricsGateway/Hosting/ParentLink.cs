namespace GoTor.MetricsGateway.Hosting;

/// <summary>
/// A gateway that a node started: standard input carries the token in its first line, and when it closes, the node is gone and so is the
/// gateway. That holds also when the node is killed.
/// </summary>
internal static class ParentLink
{
    private const int LongestToken = 1024;

    /// <summary>Reads the first line.</summary>
    /// <exception cref="GatewaySettingsException">There is none.</exception>
    public static async Task<string> ReadTokenAsync()
    {
        // A line of its own reader: nothing behind it is needed.
        string? line = await Console.In.ReadLineAsync();
        return line is { Length: > 0 and <= LongestToken }
            ? line.Trim()
            : throw new GatewaySettingsException(["--parent-stdin: the first line of standard input must be the token"]);
    }

    /// <summary>Stops the gateway when standard input ends.</summary>
    public static void StopWithParent(IHostApplicationLifetime lifetime, ILogger logger)
    {
        // A thread of its own: reading standard input blocks, whatever its methods are called. The process does not wait for it.
        new Thread(() =>
        {
            using Stream input = Console.OpenStandardInput();
            byte[] ignored = new byte[256];
            try
            {
                while (input.Read(ignored) > 0)
                {
                }
            }
            catch (IOException)
            {
                // A broken pipe says the same.
            }
            HostingLog.ParentGone(logger);
            lifetime.StopApplication();
        })
        { IsBackground = true, Name = "parent link" }.Start();
    }
}
