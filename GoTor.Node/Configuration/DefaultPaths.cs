namespace GoTor.Node.Configuration;

/// <summary>
/// Where things are when nobody says. Not C tor's places: two programs must not share guards and caches by accident.
/// </summary>
internal static class DefaultPaths
{
    /// <summary><c>~/.local/share/gotor</c> on Linux, <c>%LOCALAPPDATA%\gotor</c> on Windows.</summary>
    public static string DataDirectory => Path.Combine(Folder(Environment.SpecialFolder.LocalApplicationData), "gotor");

    /// <summary><c>~/.config/gotor/torrc</c> on Linux, <c>%APPDATA%\gotor\torrc</c> on Windows. Need not exist.</summary>
    public static string Torrc => Path.Combine(Folder(Environment.SpecialFolder.ApplicationData), "gotor", "torrc");

    private static string Folder(Environment.SpecialFolder folder) =>
        Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
}
