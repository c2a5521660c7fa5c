using System.Net.Sockets;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Scenarios;

public abstract class TransferScenario(TestNetwork network)
{
    [SkippableTheory]
    [InlineData(1, 8 << 20)]
    [InlineData(16, 1 << 20)]
    public async Task Download_OverParallelStreams_ArrivesUnchanged(int streams, int bytesEach)
    {
        ClientProcess client = await network.ClientAsync();

        await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Fetch.BytesAsync(client.Socks, network.Target, bytesEach)));
    }

    [SkippableTheory]
    [InlineData(1, 4 << 20)]
    [InlineData(8, 512 << 10)]
    public async Task Upload_OverParallelStreams_ArrivesUnchanged(int streams, int bytesEach)
    {
        ClientProcess client = await network.ClientAsync();

        await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Fetch.UploadAsync(client.Socks, network.Target, bytesEach)));
    }

    [SkippableFact]
    public async Task Stream_WithBothEndsSendingAtOnce_LosesNothing()
    {
        const int Length = 1_000_000;
        ClientProcess client = await network.ClientAsync();
        using Socket socket = await SocksClient.ConnectAsync(client.Socks, "echo.test", network.Target.EchoPort);
        await using NetworkStream stream = new(socket);

        Task sending = stream.WriteAsync(Payload.At(0, Length)).AsTask();
        byte[] received = new byte[Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        await sending;
        Assert.True(Payload.Matches(received, 0));
    }

    [SkippableFact]
    public async Task FiveHundredFetches_AtOnce_AllSucceed()
    {
        ClientProcess client = await network.ClientAsync();

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Fetch.BytesAsync(client.Socks, network.Target, 5000)))
            .WaitAsync(TimeSpan.FromMinutes(2));
    }

    [SkippableFact]
    public async Task Stream_ToAClosedPort_IsRefusedButOthersGoOn()
    {
        ClientProcess client = await network.ClientAsync();
        int closed = PortFinder.Free(System.Net.IPAddress.Loopback).Port;

        await Assert.ThrowsAsync<SocksRefusedException>(() => SocksClient.ConnectAsync(client.Socks, "127.0.0.1", closed));

        await Fetch.BytesAsync(client.Socks, network.Target, 1000);
    }
}

[Collection(OnSandbox.Name)]
public sealed class TransferOnSandboxTests(SandboxNetwork network) : TransferScenario(network);

[Collection(OnCTor.Name)]
public sealed class TransferOnCTorTests(CTorNetwork network) : TransferScenario(network);
