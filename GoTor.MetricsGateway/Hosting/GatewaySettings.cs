namespace GoTor.MetricsGateway.Hosting;

/// <summary>Reads the settings from wherever they are, and the token from where it is safe.</summary>
internal static class GatewaySettings
{
    private static readonly string[] Secrets = ["Gateway:Token", "Gateway:CustomToken", "Gateway:Profiling:Token"];

    /// <summary>The settings with the token in <see cref="GatewayOptions.Token"/>.</summary>
    /// <param name="configuration">Files, environment and command line.</param>
    /// <param name="commandLine">To refuse a token on it.</param>
    /// <param name="parentToken">The token that the parent process handed over, or null.</param>
    /// <exception cref="GatewaySettingsException">They are wrong. The message lists everything that is.</exception>
    public static GatewayOptions Read(IConfiguration configuration, string[] commandLine, string? parentToken)
    {
        if (commandLine.Any(argument => Secrets.Contains(argument.TrimStart('-', '/').Split('=')[0], StringComparer.OrdinalIgnoreCase)))
        {
            throw new GatewaySettingsException(["a token on the command line can be seen by other users: use Gateway:TokenFile"]);
        }
        GatewayOptions options;
        try
        {
            options = configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions();
        }
        catch (InvalidOperationException unreadable)
        {
            throw new GatewaySettingsException([unreadable.InnerException is { } inner ? $"{unreadable.Message} {inner.Message}" : unreadable.Message]);
        }
        var faults = new List<string>();
        string? token = parentToken ?? FromFile(options.TokenFile, faults) ?? options.Token ?? configuration[GatewayOptions.TokenVariable];
        string? customToken = FromFile(options.CustomTokenFile, faults) ?? options.CustomToken;
        string? profilingToken = FromFile(options.Profiling.TokenFile, faults) ?? options.Profiling.Token;
        // The parent's token is no file's, whatever the settings say.
        options = options with
        {
            Token = token,
            TokenFile = parentToken is null ? options.TokenFile : null,
            CustomToken = customToken,
            Profiling = options.Profiling with { Token = profilingToken },
        };
        if (faults.Count == 0)
            faults.AddRange(GatewayOptionsRules.Faults(options));
        return faults.Count == 0 ? options : throw new GatewaySettingsException(faults);
    }

    private static string? FromFile(string? path, List<string> faults)
    {
        if (string.IsNullOrEmpty(path))
            return null;
        try
        {
            using var file = new StreamReader(path);
            return file.ReadLine()?.Trim() ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add($"the token file cannot be read: {error.Message}");
            return null;
        }
    }
}

/// <summary>Settings that the gateway cannot run with.</summary>
internal sealed class GatewaySettingsException(IReadOnlyList<string> faults) : Exception(string.Join("; ", faults))
{
    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
