namespace GoTor.Testing.PrivateNetwork;

/// <summary>Folders that only we can read: tor puts keys and control sockets nowhere else.</summary>
internal static class PrivateFolder
{
    public static string Create(string path)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("Private networks run on Unix.");
        return Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }
}
