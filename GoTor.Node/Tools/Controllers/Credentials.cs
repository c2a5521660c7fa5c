namespace GoTor.Node.Tools.Controllers;

/// <summary>How a user wants to prove that they may control a node. Never a password on the command line, which every user of a machine can read.</summary>
/// <param name="CookieFile">Null: where the node says.</param>
/// <param name="PasswordFile">Its first line is the password; null: not by file.</param>
/// <param name="Ask">Asks a person; its answer is null when there is none.</param>
internal sealed record Credentials(string? CookieFile, string? PasswordFile, Func<string, string?> Ask)
{
    public const string PasswordVariable = "GOTOR_CONTROL_PASSWORD";

    /// <exception cref="ToolException">The file cannot be read, or nobody gives a password.</exception>
    public string Password()
    {
        if (PasswordFile is { } file)
            return ReadFirstLine(file);
        string? password = Environment.GetEnvironmentVariable(PasswordVariable);
        if (string.IsNullOrEmpty(password))
            password = Ask("Password of the control port");
        return password ?? throw new ToolException(
            ExitCodes.Denied, "The node wants a password.", $"Give it in a file with --password-file FILE, or in the environment variable {PasswordVariable}.");
    }

    private static string ReadFirstLine(string file)
    {
        try
        {
            using StreamReader reader = new(file);
            return reader.ReadLine() is { Length: > 0 } line
                ? line
                : throw new ToolException(ExitCodes.Denied, $"The password file {file} is empty.", "Its first line is the password.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ExitCodes.Denied, $"The password file cannot be read: {error.Message}", "Check its path and permissions.");
        }
    }
}
