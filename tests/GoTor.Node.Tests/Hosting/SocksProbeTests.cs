using System.Net;
using System.Net.Sockets;
using GoTor.Client.Proxies;
using GoTor.Node.Configuration;
using GoTor.Node.Hosting;

namespace GoTor.Node.Tests.Hosting;

public sealed class SocksProbeTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task Probe_PortThatListens_Succeeds(string address)
    {
        using TcpListener listener = new(IPAddress.Parse(address), 0);
        listener.Start();

        Assert.True(await ProbeAsync(SocksPortOptions.Parse($"{address}:{((IPEndPoint)listener.LocalEndpoint).Port}")));
    }

    [Fact]
    public async Task Probe_PortThatNobodyListensOn_Fails()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        SocksPortOptions port = SocksPortOptions.Parse($"{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();

        Assert.False(await ProbeAsync(port));
    }

    [Fact]
    public async Task Probe_OneOfTwoPortsClosed_Fails()
    {
        using TcpListener open = new(IPAddress.Loopback, 0), closed = new(IPAddress.Loopback, 0);
        open.Start();
        closed.Start();
        SocksPortOptions[] ports = [.. new[] { open, closed }.Select(port => SocksPortOptions.Parse($"{((IPEndPoint)port.LocalEndpoint).Port}"))];
        closed.Stop();

        Assert.False(await ProbeAsync(ports));
    }

    [Fact]
    public async Task Probe_PortChosenByTheSystem_IsPassedOver() => Assert.True(await ProbeAsync(SocksPortOptions.Parse("auto")));

    [Fact]
    public void CommandLine_Probe_AsksForTheProbe() =>
        Assert.Equal(CommandLineAction.Probe, CommandLine.Parse(["-f", "torrc", "--probe"]).Action);

    private static Task<bool> ProbeAsync(params SocksPortOptions[] ports) => SocksProbe.RunAsync(ports, TimeSpan.FromSeconds(10));
}
