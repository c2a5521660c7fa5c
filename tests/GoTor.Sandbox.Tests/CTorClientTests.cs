using GoTor.Testing.PrivateNetwork;
using Xunit.Abstractions;

namespace GoTor.Sandbox.Tests;

/// <summary>C tor is a client of our network: the proof that our relays and documents are Tor's.</summary>
public sealed class CTorClientTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-sandbox-{Guid.NewGuid():n}"));

    [SkippableTheory]
    [InlineData("UseMicrodescriptors 1")]
    [InlineData("UseMicrodescriptors 0")]
    public async Task CTor_AsClient_BootstrapsAndDownloads(string flavour)
    {
        Skip.If(TorTools.Tor is null, "tor is not installed");
        using var logs = new OutputLogs(output);
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Loggers = logs });
        await using var target = new TargetServer();

        await using ClientProcess client = ClientProcess.Start(ClientProgram.CTor, _folder, network.ClientTorrc.Append(flavour));
        try
        {
            await client.BootstrappedAsync();
            await Fetch.BytesAsync(client.Socks, target, 2_000_000);
            await Fetch.UploadAsync(client.Socks, target, 1_000_000);
        }
        finally
        {
            output.WriteLine(client.Output);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
