using System.Net;
using System.Net.Sockets;
using GoTor.MetricsContract;
using GoTor.Node.Reporting.OwnGateway;
using GoTor.Node.Reporting.Sending;
using GoTor.Testing.PrivateNetwork;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Node.Tests.Reporting;

/// <summary>With shell scripts in the place of the gateway.</summary>
public sealed class GatewaySupervisorTests
{
    private readonly FakeLogger _log = new();
    private readonly FakeTimeProvider _time = new();

    [SkippableFact]
    public async Task Gateway_ThatListens_GetsTheTokenByPipe_AndReports()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The script needs a shell.");
        string? authorization = null;
        await using FakeGateway real = await FakeGateway.StartAsync((_, header) =>
        {
            authorization = header;
            return new ReportAnswer();
        });
        // It says by its log what it was given.
        await using GatewaySupervisor supervisor = Start(
            $"read token; echo \"2026-01-31 12:00:00.000 warn: A.B[7] args $* token ${{#token}}\" >&2; echo 'Listening: http=http://x grpc={real.Address}'; read end");
        await LineAsync("token 64");
        Assert.Contains(_log.Collector.GetSnapshot(), line =>
            line.Level == LogLevel.Warning && line.Message.Contains("args --parent-stdin --Gateway:HttpAddress=127.0.0.1:", StringComparison.Ordinal));
        await Wait.UntilAsync(() => supervisor.Current is not null, TimeSpan.FromSeconds(20), () => "no connection");
        Assert.Equal(ReportResult.Accepted, (await supervisor.SendAsync(new NodeReport(), CancellationToken.None)).Result);
        Assert.Equal("Bearer " + new string('t', 64), authorization);
        Assert.DoesNotContain(_log.Collector.GetSnapshot(), line => line.Message.Contains("ttt", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Gateway_ThatDies_IsStartedAgain_LaterAndLater()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The script needs a shell.");
        await using GatewaySupervisor supervisor = Start("read token; echo 'no runtime here' >&2; exit 3");
        foreach (int seconds in (int[])[1, 2, 4, 8])
        {
            await LineAsync($"exit code 3). Traffic is not affected; it is started again in {seconds}.0 s");
            Assert.Equal(ReportResult.NotReady, (await supervisor.SendAsync(new NodeReport(), CancellationToken.None)).Result);
            // The timer is made a moment after the line.
            int before = Starts();
            await Wait.UntilAsync(
                () =>
                {
                    _time.Advance(TimeSpan.FromSeconds(seconds));
                    return Starts() > before;
                },
                TimeSpan.FromSeconds(20), () => "not started again");
        }

        int Starts() => _log.Collector.GetSnapshot().Count(line => line.Message == "Metrics gateway: no runtime here");
    }

    [SkippableFact]
    public async Task Gateway_ThatNeverListens_IsEndedAndStartedAgain()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The script needs a shell.");
        await using GatewaySupervisor supervisor = Start("read token; echo started >&2; read more");
        await LineAsync("started");
        await Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(10));
                return _log.Collector.GetSnapshot().Any(line => line.Message.Contains("did not say within", StringComparison.Ordinal));
            },
            TimeSpan.FromSeconds(20), () => "it was waited for without end");
    }

    [SkippableFact]
    public async Task Gateway_ThatCannotRun_IsSaidSo()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The script needs a shell.");
        await using GatewaySupervisor supervisor = new(
            new GatewayFiles("/does/not/exist"), Free(), BearerToken.Random(), _log, _time, () => 1);
        await LineAsync("the gateway ended (");
    }

    [SkippableFact]
    public async Task Stop_ClosesItsInput_AndItEnds()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The script needs a shell.");
        GatewaySupervisor supervisor = Start("read token; echo started >&2; read more; echo stopped >&2");
        await LineAsync("started");
        await supervisor.DisposeAsync();
        await LineAsync("stopped");
        Assert.DoesNotContain(_log.Collector.GetSnapshot(), line => line.Message.Contains("started again", StringComparison.Ordinal));
    }

    [Fact]
    public void Port_InUse_IsAClearErrorAtStart()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        IOException error = Assert.Throws<IOException>(() => new GatewaySupervisor(
            new GatewayFiles("/bin/sh"), (IPEndPoint)other.LocalEndPoint!, BearerToken.Random(), _log, _time, () => 1));
        Assert.Contains($"MetricsPort {other.LocalEndPoint} cannot be opened", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_WithoutAGateway_IsAClearError() =>
        Assert.Contains(
            "MetricsGateway",
            Assert.Throws<FileNotFoundException>(() => GatewayFiles.Find("/does/not/exist", "/usr/bin/dotnet")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("2026-01-31 12:00:00.000 info: GoTor.X[5] all is well", LogLevel.Information, "all is well")]
    [InlineData("2026-01-31 12:00:00.000 fail: Microsoft.AspNetCore.Server.Kestrel[0] no", LogLevel.Error, "no")]
    [InlineData("gotor-gateway: HttpAddress is 'x'", LogLevel.Warning, "gotor-gateway: HttpAddress is 'x'")]
    [InlineData("", LogLevel.Warning, "")]
    [InlineData("a b info: c d", LogLevel.Warning, "a b info: c d")]
    public void LogLine_IsTakenApart(string line, LogLevel level, string text) =>
        Assert.Equal(new GatewayLogLine(level, text), GatewayLogLine.Parse(line));

    private GatewaySupervisor Start(string script)
    {
        Assert.True(BearerToken.TryParse(new string('t', 64), out BearerToken? token, out _));
        return new GatewaySupervisor(new GatewayFiles("/bin/sh", "-c", script, "gateway"), Free(), token!, _log, _time, () => 1);
    }

    private static IPEndPoint Free() => PortFinder.Free(IPAddress.Loopback);

    private Task LineAsync(string text) => Wait.UntilAsync(
        () => _log.Collector.GetSnapshot().Any(line => line.Message.Contains(text, StringComparison.Ordinal)),
        TimeSpan.FromSeconds(20),
        () => $"'{text}' was not logged, only: {string.Join(" | ", _log.Collector.GetSnapshot().Select(line => line.Message))}");
}
