using Microsoft.Extensions.Logging;

namespace GoTor.Node.Hosting;

/// <summary>What the host itself has to say. Event ids 9000 to 9999.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(9000, LogLevel.Information, "GoTor {Version} on {Runtime}, network: {Network}.")]
    public static partial void Banner(ILogger logger, string version, string runtime, string network);

    [LoggerMessage(9001, LogLevel.Information, "Bootstrapped {Percent}% ({Tag}): {Text}")]
    public static partial void Bootstrapped(ILogger logger, int percent, string tag, string text);

    [LoggerMessage(9002, LogLevel.Warning, "Problem bootstrapping: {Problem}")]
    public static partial void BootstrapProblem(ILogger logger, string problem);

    [LoggerMessage(9003, LogLevel.Warning, "Configuration: {Problem}")]
    public static partial void ConfigurationWarning(ILogger logger, string problem);

    [LoggerMessage(9004, LogLevel.Information, "Read configuration file \"{File}\".")]
    public static partial void ReadTorrc(ILogger logger, string file);

    [LoggerMessage(9006, LogLevel.Information, "Received reload signal (hup). Reloading config and resetting internal state.")]
    public static partial void Reloading(ILogger logger);

    [LoggerMessage(9007, LogLevel.Warning, "The new configuration is refused and the old one stays: {Problem}")]
    public static partial void ReloadRefused(ILogger logger, string problem);

    [LoggerMessage(9008, LogLevel.Warning, "{Option} changes only with a restart; the old value stays.")]
    public static partial void NeedsRestart(ILogger logger, string option);

    [LoggerMessage(9009, LogLevel.Information, "Interrupt: no new connections; streams have up to {Seconds} seconds to end. Interrupt again to exit now.")]
    public static partial void Draining(ILogger logger, int seconds);

    [LoggerMessage(9010, LogLevel.Information, "Catching signal, exiting cleanly.")]
    public static partial void Exiting(ILogger logger);

    [LoggerMessage(9011, LogLevel.Error, "{Problem}")]
    public static partial void Fatal(ILogger logger, string problem);

    [LoggerMessage(9012, LogLevel.Warning, "SANDBOX: hides nothing. All {Relays} relays of this network run in this process; its exits reach this machine and http://demo.sandbox/ only.")]
    public static partial void Sandbox(ILogger logger, int relays);

    [LoggerMessage(9014, LogLevel.Information, "Heartbeat: bootstrapped {Percent}%, {Circuits} circuits open, {Pending} under way, {Channels} connections to relays, {Read} bytes read, {Written} written.")]
    public static partial void Heartbeat(ILogger logger, int percent, int circuits, int pending, int channels, long read, long written);

    [LoggerMessage(9015, LogLevel.Warning, "A controller changed {Options}, which decides how well you are hidden.")]
    public static partial void ControllerChanged(ILogger logger, string options);

    [LoggerMessage(9013, LogLevel.Information, "Owning controller process vanished -- exiting now.")]
    public static partial void OwnerEnded(ILogger logger);
}
