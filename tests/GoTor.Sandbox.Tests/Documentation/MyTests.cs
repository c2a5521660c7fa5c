using GoTor.Sandbox;
using GoTor.Sandbox.Faults;
using Xunit;

namespace MyProgram.Tests;

public sealed class MyTests
{
    [Fact]
    public async Task MyProgram_ThroughTor_SurvivesALostRelay()
    {
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Guards = 2, Middles = 2, Exits = 2 });
        DirectoryInfo data = Directory.CreateTempSubdirectory();
        network.WriteTorrc(Path.Combine(data.FullName, "torrc"), "SocksPort 127.0.0.1:auto", $"DataDirectory {data}");

        // Start any Tor client with "-f" and this torrc, your program behind it, and fetch something from this machine. Then break something:
        RelayFaults middle = network.Faults("middle0");
        await middle.KillAsync();
        network.Link("guard0", "middle1").Latency = TimeSpan.FromMilliseconds(300);

        // Whatever your program does must still work. The relay can come back:
        middle.Restart();
        data.Delete(recursive: true);
    }
}
