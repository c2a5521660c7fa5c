using System.Globalization;

namespace GoTor.Node.Hosting;

/// <summary>A file with the number of our process, for programs that send signals. It goes with us.</summary>
internal sealed class PidFile : IDisposable
{
    private readonly string _path;

    private PidFile(string path) => _path = path;

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static PidFile? Write(string? path)
    {
        if (path is null)
            return null;
        File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        return new PidFile(path);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // We end; nobody reads it any more.
        }
    }
}
