namespace GoTor.Node.Tools.Output;

/// <summary>Writes a text where the user wants it.</summary>
internal static class OutputFile
{
    /// <param name="file">Null: to the console. Otherwise a file that only its owner can read, and that must not exist yet.</param>
    /// <exception cref="ToolException">It cannot be written.</exception>
    public static int Write(ToolConsole console, string? file, string text)
    {
        if (file is null)
        {
            console.Output.Write(text);
            return ExitCodes.Success;
        }

        using StreamWriter writer = new(Create(file));
        writer.Write(text);
        return ExitCodes.Success;
    }

    /// <exception cref="ToolException">It exists, or cannot be written.</exception>
    public static FileStream Create(string file)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new FileStream(file, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ExitCodes.Failed, $"{file} cannot be written: {error.Message}", "Choose another name: existing files are not overwritten.");
        }
    }
}
