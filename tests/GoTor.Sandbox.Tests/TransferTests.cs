using System.Net;
using System.Net.Sockets;
using GoTor.Sandbox.Relays;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Sandbox.Tests;

[Collection(SharedSandbox.Name)]
public sealed class TransferTests(SandboxFixture fixture)
{
    [Theory]
    [InlineData(1, 8 << 20)]
    [InlineData(16, 1 << 20)]
    public async Task Download_OverParallelStreams_ArrivesUnchanged(int streams, int bytesEach) => await Task.WhenAll(
        Enumerable.Range(0, streams).Select(i => Fetch.BytesAsync(fixture.Client.Socks, fixture.Target, bytesEach, $"user{i}")))
        .WaitAsync(SandboxFixture.Patience);

    [Theory]
    [InlineData(1, 4 << 20)]
    [InlineData(8, 512 << 10)]
    public async Task Upload_OverParallelStreams_ArrivesUnchanged(int streams, int bytesEach) => await Task.WhenAll(
        Enumerable.Range(0, streams).Select(_ => Fetch.UploadAsync(fixture.Client.Socks, fixture.Target, bytesEach)))
        .WaitAsync(SandboxFixture.Patience);

    [Fact]
    public async Task Stream_WithBothEndsSendingAtOnce_LosesNothing()
    {
        const int Length = 1_000_000;
        using Socket socket = await SocksClient.ConnectAsync(fixture.Client.Socks, "localhost", fixture.Target.EchoPort);
        await using NetworkStream stream = new(socket);

        Task sending = stream.WriteAsync(Payload.At(0, Length)).AsTask();
        byte[] received = new byte[Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(SandboxFixture.Patience);

        await sending;
        Assert.True(Payload.Matches(received, 0));
    }

    [Fact]
    public async Task Stream_ToAClosedPort_IsRefusedAndOthersGoOn()
    {
        int closed = PortFinder.Free(IPAddress.Loopback).Port;

        await Assert.ThrowsAsync<SocksRefusedException>(() => SocksClient.ConnectAsync(fixture.Client.Socks, "127.0.0.1", closed));

        await Fetch.BytesAsync(fixture.Client.Socks, fixture.Target, 1000).WaitAsync(SandboxFixture.Patience);
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("example.com")]
    public async Task Stream_ToTheWorld_IsRefused(string host) =>
        await Assert.ThrowsAsync<SocksRefusedException>(() => SocksClient.ConnectAsync(fixture.Client.Socks, host, 80).WaitAsync(SandboxFixture.Patience));

    [Fact]
    public void RelayOrTarget_OutsideOfThisMachine_CannotBeMade()
    {
        var far = new IPEndPoint(new IPAddress([192, 0, 2, 1]), 443);

        Assert.Throws<ArgumentException>(() => new RelayAddress(default, null, far));
        Assert.Throws<ArgumentException>(() => new Circuits.LoopbackTarget(far));
    }
}
