using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace GoTor.Node.Logging;

/// <summary>Sends lines to the system's log (syslog, or systemd's journal that takes its place). RFC 3164. Used under the logger's lock.</summary>
internal sealed class Syslog(string path, string tag) : IDisposable
{
    public const string DefaultPath = "/dev/log";

    private const int Daemon = 3 << 3;

    private Socket? _socket;

    /// <summary>A log that is not there loses lines, and is looked for again with the next one.</summary>
    public void Send(LogSeverity severity, string line)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
                _socket.Connect(new UnixDomainSocketEndPoint(path));
            }

            _socket.Send(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"<{Daemon | LevelOf(severity)}>{tag}[{Environment.ProcessId}]: {line}")));
        }
        catch (SocketException)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private static int LevelOf(LogSeverity severity) => severity switch
    {
        LogSeverity.Debug => 7,
        LogSeverity.Info => 6,
        LogSeverity.Notice => 5,
        LogSeverity.Warn => 4,
        _ => 3,
    };
}
