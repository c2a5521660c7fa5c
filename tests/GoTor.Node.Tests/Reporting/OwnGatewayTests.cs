using System.Globalization;
using System.Net;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Node.Tests.Reporting;

/// <summary>The node and its gateway as processes. There is no network for them: their only authority is a port where nobody listens.</summary>
public sealed class OwnGatewayTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gotor-own-");
    private readonly IPEndPoint _metrics = PortFinder.Free(IPAddress.Loopback);

    public void Dispose() => _folder.Delete(true);

    [SkippableFact]
    public async Task NodeKilled_TakesItsGatewayWithIt()
    {
        await using ClientProcess node = await StartAsync();
        int gateway = node.Process.ChildId!.Value;
        await node.Process.KillAsync();
        await Wait.UntilAsync(() => !IsRunning(gateway), Patience, () => "the gateway goes on");
    }

    [SkippableFact]
    public async Task NodeStopped_SaysGoodbye_AndTakesItsGatewayWithIt()
    {
        await using ClientProcess node = await StartAsync();
        int gateway = node.Process.ChildId!.Value;
        Assert.Equal(0, await node.StopAsync());
        await Wait.UntilAsync(() => !IsRunning(gateway), Patience, () => "the gateway goes on");
        Assert.DoesNotContain("started again", node.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task SecondNode_OnTheSamePort_SaysSoAndEnds()
    {
        await using ClientProcess first = await StartAsync();
        await using ClientProcess second = Start("second");
        Assert.Equal(1, await second.Process.WaitAsync());
        Assert.Contains($"MetricsPort {_metrics} cannot be opened", second.Output, StringComparison.Ordinal);
    }

    private async Task<ClientProcess> StartAsync()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Signals are sent as on Linux.");
        ClientProcess node = Start("first");
        await node.Process.LineAsync(line => line.Contains("Metrics: reporting to", StringComparison.Ordinal)).WaitAsync(Patience);
        return node;
    }

    private ClientProcess Start(string name)
    {
        int nobody = PortFinder.Free(IPAddress.Loopback).Port;
        return ClientProcess.Start(
            ClientProgram.GoTor,
            _folder.CreateSubdirectory(name).FullName,
            [
                $"DirAuthority a orport={nobody} v3ident=0123456789012345678901234567890123456789 127.0.0.1:{nobody} {new string('A', 40)}",
                "TestingTorNetwork 1",
                $"MetricsPort {_metrics}",
            ]);
    }

    private static bool IsRunning(int process) => Directory.Exists("/proc/" + process.ToString(CultureInfo.InvariantCulture));
}
