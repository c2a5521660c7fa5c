using System.Net.Sockets;
using System.Text;
using GoTor.Node.Hosting;
using GoTor.Node.Logging;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Node.Tests.Hosting;

public sealed class ServiceManagerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gotor-notify-");
    private readonly FakeTimeProvider _time = new();
    private readonly Socket? _manager = OperatingSystem.IsLinux() ? new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 } : null;

    private string SocketPath => Path.Combine(_folder.FullName, "socket");

    public void Dispose()
    {
        _manager?.Dispose();
        _folder.Delete(true);
    }

    [SkippableFact]
    public void Notify_SaysReadyAndStopping_AndKeepsTheWatchdogContent()
    {
        Listen();
        using ServiceManager service = new(SocketPath, "2000000", _time);
        service.Ready();
        Assert.Equal("READY=1", Received());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("WATCHDOG=1", Received());
        service.Stopping();
        Assert.Equal("STOPPING=1", Received());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/nonexistent/notify")]
    public void Notify_WithoutListener_DoesNothing(string? socket)
    {
        using ServiceManager service = new(socket, "not a number", _time);
        service.Ready();
    }

    [SkippableFact]
    public void Syslog_SendsSeverityTagAndText_AndOutlivesItsListener()
    {
        // RFC 3164 §4.1: facility daemon is 3, notice is 5, warning 4.
        Listen();
        using Syslog log = new(SocketPath, "Tor");
        log.Send(LogSeverity.Notice, "hello");
        Assert.Equal($"<29>Tor[{Environment.ProcessId}]: hello", Received());
        log.Send(LogSeverity.Warn, "careful");
        Assert.Equal($"<28>Tor[{Environment.ProcessId}]: careful", Received());
        _manager!.Dispose();
        log.Send(LogSeverity.Warn, "nobody hears this");
    }

    private void Listen()
    {
        Skip.IfNot(_manager is not null, "Datagrams on unix sockets are for Linux.");
        _manager.Bind(new UnixDomainSocketEndPoint(SocketPath));
    }

    private string Received()
    {
        byte[] buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, _manager!.Receive(buffer));
    }
}
