using GoTor.Client.Channels;
using GoTor.Client.Directory.Servers;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Testing.ScriptedRelay;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Directory.Servers;

public sealed class OneHopConnectorTests : IAsyncLifetime
{
    private readonly CircuitHarness _harness = new();
    private readonly FakeTimeProvider _time = new();
    private readonly OneHopConnector _connector;

    public OneHopConnectorTests() => _connector = new OneHopConnector(_harness.Builder, _time);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _connector.DisposeAsync();
        _harness.Dispose();
    }

    [Fact]
    public async Task Requests_ToOneServer_ShareItsCircuit()
    {
        Stream[] streams = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => OpenAsync(0)));

        Assert.Single(_harness.Network.Lanes);
        Assert.Equal(1, _harness.Lane.Circuit.HopCount);
        foreach (Stream stream in streams)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task Requests_ToTwoServers_HaveACircuitEach()
    {
        await using Stream one = await OpenAsync(0);
        await using Stream other = await OpenAsync(1);
        Assert.Equal(2, _harness.Network.Lanes.Count);
    }

    [Fact]
    public async Task Server_WhoseKeyIsUnknown_IsReachedWithCreateFast()
    {
        await using Stream stream = await _connector.OpenAsync(
            new DirectoryServer(DirectoryServerKind.Fallback, _harness.Network.Hops[0].TargetWithoutKey), CancellationToken.None);
        Assert.Equal([HandshakeType.Fast], _harness.Network.Hops[0].Handshakes);
    }

    [Fact]
    public async Task Circuit_Idle_IsClosedAfterAMinute_AndTheNextRequestHasANewOne()
    {
        await (await OpenAsync(0)).DisposeAsync();
        ScriptedLane first = _harness.Lane;
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(first.Closed.IsCompleted);
        await CircuitHarness.EventuallyAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return first.Closed.IsCompleted;
        });

        await using Stream stream = await OpenAsync(0);
        Assert.Equal(2, _harness.Network.Lanes.Count);
    }

    [Fact]
    public async Task Circuit_WithARequestUnderWay_IsKept()
    {
        await using Stream stream = await OpenAsync(0);
        for (int i = 0; i < 10; i++)
            _time.Advance(TimeSpan.FromSeconds(61));
        await _harness.DoAsync(_ => { });

        Assert.False(_harness.Lane.Closed.IsCompleted);
        await using Stream next = await OpenAsync(0);
        Assert.Single(_harness.Network.Lanes);
    }

    [Fact]
    public async Task Circuit_ThatEnded_IsNotUsedAgain()
    {
        await (await OpenAsync(0)).DisposeAsync();
        _harness.Lane.BreakChannel(ChannelEnd.ConnectionLost);

        await CircuitHarness.EventuallyAsync(() => _harness.Lane.Closed.IsCompleted);
        await using Stream stream = await OpenAsync(0);
        Assert.Equal(2, _harness.Network.Lanes.Count);
    }

    [Fact]
    public async Task Server_ThatIsDown_IsUnreachable_AndTriedAnewLater()
    {
        _harness.Network.ConnectFailure = ChannelEnd.ConnectFailed;
        TorException failure = await Assert.ThrowsAsync<TorException>(() => OpenAsync(0));
        Assert.Equal(TorErrorKind.RelayUnreachable, failure.Kind);

        _harness.Network.ConnectFailure = null;
        await using Stream stream = await OpenAsync(0);
        Assert.Single(_harness.Network.Lanes);
    }

    [Fact]
    public async Task Caller_WhoGivesUp_LeavesTheCircuitToOthers()
    {
        _harness.Network.Prepare = lane => lane.Hold(true);
        using CancellationTokenSource impatient = new();
        Task<Stream> first = _connector.OpenAsync(Server(0), impatient.Token);
        Task<Stream> second = OpenAsync(0);
        await CircuitHarness.EventuallyAsync(() => _harness.Network.Lanes.Count == 1);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        _harness.Lane.Hold(false);
        await (await second).DisposeAsync();
        Assert.Single(_harness.Network.Lanes);
    }

    [Fact]
    public async Task Disposed_ClosesItsCircuitsAndRefuses()
    {
        await using Stream stream = await OpenAsync(0);
        await _connector.DisposeAsync();

        Assert.True(_harness.Lane.Closed.IsCompleted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => OpenAsync(0));
    }

    private DirectoryServer Server(int hop) => new(DirectoryServerKind.Guard, _harness.Network.Hops[hop].Target);

    private Task<Stream> OpenAsync(int hop) => _connector.OpenAsync(Server(hop), CancellationToken.None).WaitAsync(CircuitHarness.Patience);
}
