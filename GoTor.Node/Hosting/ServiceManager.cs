using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace GoTor.Node.Hosting;

/// <summary>
/// Tells systemd how the node is (sd_notify): READY=1 when its ports are open, WATCHDOG=1 while it lives, STOPPING=1 at the end. Does nothing
/// where nobody asks for it. A service manager that does not listen is no reason to stop. Safe for concurrent use.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private readonly string? _socket;
    private readonly ITimer? _watchdog;

    /// <param name="socket">NOTIFY_SOCKET: a path, or an abstract name with "@" in front.</param>
    /// <param name="watchdogMicroseconds">WATCHDOG_USEC: the longest silence that is taken for life.</param>
    public ServiceManager(string? socket, string? watchdogMicroseconds, TimeProvider time)
    {
        _socket = string.IsNullOrEmpty(socket) ? null : socket;
        if (_socket is not null && long.TryParse(watchdogMicroseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long silence) && silence > 0)
        {
            TimeSpan interval = TimeSpan.FromMicroseconds(silence / 2.0);
            _watchdog = time.CreateTimer(_ => Notify("WATCHDOG=1"), null, interval, interval);
        }
    }

    public static ServiceManager FromEnvironment(TimeProvider time)
    {
        string? process = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        bool isOurs = process is null || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return new ServiceManager(
            Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), isOurs ? Environment.GetEnvironmentVariable("WATCHDOG_USEC") : null, time);
    }

    public void Ready() => Notify("READY=1");

    public void Stopping() => Notify("STOPPING=1");

    public void Dispose() => _watchdog?.Dispose();

    private void Notify(string state)
    {
        if (_socket is null)
            return;
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            string path = _socket.StartsWith('@') ? '\0' + _socket[1..] : _socket;
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path));
        }
        catch (Exception error) when (error is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            // Nobody listens. We go on.
        }
    }
}
