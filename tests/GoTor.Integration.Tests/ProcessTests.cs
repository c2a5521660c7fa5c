using System.Net.Sockets;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests;

/// <summary>The node as an operator meets it: signals, its lock, its configuration.</summary>
[Collection(OnSandbox.Name)]
public sealed class ProcessTests(SandboxNetwork network)
{
    [Fact]
    public async Task Terminate_WhileIdle_EndsWithZero()
    {
        await using ClientProcess client = await network.StartAsync();

        Assert.Equal(0, await client.StopAsync());
    }

    [Fact]
    public async Task Terminate_DuringADownload_LetsItFinish()
    {
        await using ClientProcess client = await network.StartAsync();
        int served = network.Target.Connections;
        // 40 KiB with a pause of 50 ms after each: two seconds.
        Task<string> download = Fetch.TextAsync(client.Socks, network.Target, "/slow/40960/50");
        await Wait.UntilAsync(
            () => network.Target.Connections > served, TimeSpan.FromSeconds(30), () => "The download did not start.");

        Task<int> exitCode = client.StopAsync();

        Assert.Equal(40960, (await download).Length);
        Assert.Equal(0, await exitCode);
    }

    [Fact]
    public async Task Terminate_Twice_EndsAtOnce()
    {
        await using ClientProcess client = await network.StartAsync();
        using Socket hanging = await SocksClient.ConnectAsync(client.Socks, "127.0.0.1", network.Target.EchoPort);

        client.Process.Send(Signal.Terminate);
        await client.Process.LineAsync(line => line.Contains("Interrupt", StringComparison.Ordinal)).WaitAsync(TimeSpan.FromSeconds(10));
        client.Process.Send(Signal.Terminate);

        Assert.Equal(0, await client.Process.WaitAsync().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Hangup_WithAGoodAndThenABadTorrc_KeepsServing()
    {
        await using ClientProcess client = await network.StartAsync();
        string torrc = Path.Combine(client.Folder, "torrc");

        await File.AppendAllTextAsync(torrc, "MaxCircuitDirtiness 20 minutes\n");
        client.Process.Send(Signal.Hangup);
        await Fetch.BytesAsync(client.Socks, network.Target, 1000);

        await File.AppendAllTextAsync(torrc, "MaxCircuitDirtynes 20 minutes\n");
        client.Process.Send(Signal.Hangup);
        await client.Process.LineAsync(line => line.Contains("MaxCircuitDirtynes", StringComparison.Ordinal)).WaitAsync(TimeSpan.FromSeconds(10));
        await Fetch.BytesAsync(client.Socks, network.Target, 1000);
    }

    [Fact]
    public async Task SecondNode_OnTheSameDataDirectory_RefusesToStart()
    {
        await using ClientProcess first = await network.StartAsync();

        await using ClientProcess second = ClientProcess.Start(TestNetwork.Program, first.Folder, network.ClientTorrcLines);

        Assert.Equal(1, await second.Process.WaitAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains(first.Process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), second.Output, StringComparison.Ordinal);
        await Fetch.BytesAsync(first.Socks, network.Target, 1000);
    }

    [Fact]
    public async Task Kill_AtAnyMoment_LeavesADirectoryThatStarts()
    {
        string folder = network.NewFolder("client");
        for (int delay = 200; delay <= 1400; delay += 400)
        {
            await using ClientProcess client = ClientProcess.Start(TestNetwork.Program, folder, network.ClientTorrcLines);
            await Task.Delay(delay);
            await client.Process.KillAsync();
        }

        await using ClientProcess survivor = await network.StartInAsync(folder);
        await Fetch.BytesAsync(survivor.Socks, network.Target, 1000);
        Assert.DoesNotContain("[err]", survivor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_OfTheDataDirectory_AreForTheOwnerAlone()
    {
        await using ClientProcess client = await network.StartAsync();
        await client.StopAsync();

        if (OperatingSystem.IsWindows())
            return;
        foreach (string entry in Directory.EnumerateFileSystemEntries(client.Data, "*", SearchOption.AllDirectories).Append(client.Data))
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(entry) & ForOthers);
    }

    private const UnixFileMode ForOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
}
