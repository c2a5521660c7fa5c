using GoTor.Protocol.Documents;
using GoTor.Sandbox.Relays;
using GoTor.Testing.PrivateNetwork;
using Xunit.Abstractions;

namespace GoTor.Sandbox.Tests.OnionServices;

/// <summary>One C tor hosts an onion service, another visits it, and all that is between them are relays of ours.</summary>
public sealed class CTorOnionServiceTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-onion-{Guid.NewGuid():n}"));

    [SkippableFact]
    public async Task OnionService_OfCTor_IsVisitedByCTor()
    {
        Skip.If(TorTools.Tor is null, "tor is not installed");
        using var logs = new OutputLogs(output);
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Loggers = logs });
        await using var target = new TargetServer();
        string service = PrivateFolder.Create(Path.Combine(_folder, "service"));
        string keys = PrivateFolder.Create(Path.Combine(_folder, "keys"));
        await using ClientProcess host = ClientProcess.Start(ClientProgram.CTor, service, network.ClientTorrc.Concat(
        [
            $"HiddenServiceDir {keys}", $"HiddenServicePort {target.Port} 127.0.0.1:{target.Port}",
            "HiddenServiceEnableIntroDoSDefense 1", "HiddenServiceEnableIntroDoSRatePerSec 50", "HiddenServiceEnableIntroDoSBurstPerSec 100",
        ]));
        string visitor = PrivateFolder.Create(Path.Combine(_folder, "visitor"));
        await using ClientProcess client = ClientProcess.Start(ClientProgram.CTor, visitor, network.ClientTorrc);
        try
        {
            await host.BootstrappedAsync();
            await client.BootstrappedAsync();
            await PublishedAsync(network);
            string onion = (await File.ReadAllTextAsync(Path.Combine(keys, "hostname"))).Trim();

            await Fetch.BytesAsync(client.Socks, target, 3_000_000, host: onion).WaitAsync(Patience);
            await Fetch.BytesAsync(client.Socks, target, 10_000, "another circuit", onion).WaitAsync(Patience);

            await StemTool.CheckOnionDescriptorAsync(DescriptorsOf(network), onion, _folder);
        }
        finally
        {
            output.WriteLine(host.Output);
            output.WriteLine(client.Output);
        }

        await host.StopAsync();
        await client.StopAsync();

        // Nothing of the service is left at any relay, but what its descriptor's life lasts.
        await Wait.UntilAsync(
            () => network.Relays.Sum(relay => relay.OnionServices.Count) == 0, Patience, () => "Relays still serve a service that is gone.");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[][] DescriptorsOf(TorSandbox network) =>
        [.. network.Relays.SelectMany(relay => relay.OnionDescriptors?.Descriptors ?? [])];

    // For this period and the next, at every directory that is responsible: here that is nearly all of them.
    private static Task PublishedAsync(TorSandbox network)
    {
        SandboxRelay[] directories = [.. network.Relays.Where(relay => (relay.Flags & RelayFlags.HSDir) != 0)];
        return Wait.UntilAsync(
            () => directories.Count(relay => relay.OnionDescriptors!.Count >= 2) >= directories.Length / 2,
            Patience,
            () => $"Descriptors: {string.Join(' ', directories.Select(relay => $"{relay.Nickname}={relay.OnionDescriptors!.Count}"))}");
    }
}
