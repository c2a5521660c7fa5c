using System.Net;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Cells.Relay;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace GoTor.Client.Tests.Streams;

/// <summary>What an exit may say of where it connected to. The addresses are those of C tor's tor_addr_is_internal.</summary>
public sealed class ConnectedAddressTests
{
    private static readonly byte[] Body = [1, 2, 3];

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("127.0.0.1")]
    [InlineData("0.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.1.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fc00::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("::ffff:10.0.0.1")]
    public async Task InternalAddress_EndsTheStream_AndNothingElse(string address)
    {
        using var harness = new CircuitHarness();
        using MetricCollector<long> failed = new(harness.Meters, "GoTor", "gotor.stream.failed");
        await using Circuit circuit = await harness.BuildAsync();
        StreamFailedException failure = await Assert.ThrowsAsync<StreamFailedException>(() => OpenAsync(harness, circuit, address));
        Assert.Equal(EndReason.TorProtocol, failure.Reason);
        Assert.False(failure.CircuitEnded);
        Assert.Equal(0, circuit.OpenStreams);
        await CircuitRuleTests.AssertEchoesAsync(circuit); // What came behind CONNECTED did no harm.
        Assert.True(harness.Lane.Circuit.Streams.Values.First().EndedByClient);
        Assert.Empty(harness.Lane.Circuit.Complaints); // END does not say why.
        Assert.Equal(1, failed.GetMeasurementSnapshot().Sum(m => m.Value));
    }

    [Theory]
    [InlineData("93.184.216.34", false)]
    [InlineData("172.32.0.1", false)]
    [InlineData("100.128.0.1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("192.168.0.1", true)]
    [InlineData("::1", true)]
    public async Task PublicAddress_OrOneThatMayBe_OpensTheStream(string address, bool acceptInternal)
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        await using TorStream stream = await OpenAsync(harness, circuit, address, new AcceptedAddresses(acceptInternal));
        byte[] received = new byte[Body.Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(CircuitHarness.Patience);
        Assert.Equal(Body, received);
    }

    [Fact]
    public async Task NoAddressAtAll_IsRefused_EvenWherePrivateOnesAreNot()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        await Assert.ThrowsAsync<StreamFailedException>(() => OpenAsync(harness, circuit, "::", new AcceptedAddresses(Internal: true)));
        Assert.True(circuit.IsOpen);
    }

    // The SocksPort flags NoIPv4Traffic and NoIPv6Traffic, and requests that name an address of one family.
    [Theory]
    [InlineData("93.184.216.34", false, true, false)]
    [InlineData("2001:db8::1", false, true, true)]
    [InlineData("2001:db8::1", true, false, false)]
    [InlineData("93.184.216.34", true, false, true)]
    public async Task AddressOfAFamilyThatWasNotAskedFor_EndsTheStream(string address, bool ipv4, bool ipv6, bool opens)
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        Task<TorStream> opening = OpenAsync(harness, circuit, address, new AcceptedAddresses(IPv4: ipv4, IPv6: ipv6));
        if (opens)
            await (await opening).DisposeAsync();
        else
            Assert.True((await Assert.ThrowsAsync<StreamFailedException>(() => opening)).NamedUnacceptableAddress);
        await CircuitRuleTests.AssertEchoesAsync(circuit);
    }

    // As in C tor: an exit that lies about where it connected to does not make us go on to another, of which it may know.
    [Fact]
    public async Task InternalAddress_FromAnExit_EndsTheRequestForGood()
    {
        await using ManagerHarness harness = new(exits: 5);
        Say(harness, IPAddress.Loopback);
        TorException error = await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync());
        Assert.Equal(TorErrorKind.ProtocolViolation, error.Kind);
        Assert.Single(harness.Circuits.Network.Lanes);
    }

    [Fact]
    public async Task OtherFamily_ThanTheRequestAllows_EndsTheRequestForGood()
    {
        await using ManagerHarness harness = new(exits: 5);
        Say(harness, IPAddress.Parse("93.184.216.34"));
        TorException error = await Assert.ThrowsAsync<TorException>(() => harness.Connector.ConnectAsync(
            ManagerHarness.Request() with { IPv4Traffic = false, IPv6Traffic = true }, CancellationToken.None));
        Assert.Equal(TorErrorKind.ProtocolViolation, error.Kind);
        Assert.Single(harness.Circuits.Network.Lanes);
    }

    [Fact]
    public async Task InternalAddress_WhereTheOptionsAllowIt_IsTaken()
    {
        await using ManagerHarness harness = new(options: new TorClientOptions
        {
            DataDirectory = "unused", UseEntryGuards = false, LearnCircuitBuildTimeout = false, ClientRejectInternalAddresses = false,
        });
        Say(harness, IPAddress.Loopback);
        await using TorStream stream = await harness.ConnectAsync();
        Assert.Single(harness.Circuits.Network.Lanes);
    }

    private static async Task<TorStream> OpenAsync(CircuitHarness harness, Circuit circuit, string address, AcceptedAddresses? accepted = null)
    {
        Task<TorStream> opening = circuit.OpenStreamAsync(
            "silent", 7, BeginFlags.None, null, accepted ?? new AcceptedAddresses(Internal: false), CancellationToken.None);
        await CircuitHarness.EventuallyAsync(() => harness.Lane.Circuit.Streams.Count == 1);
        await harness.DoAsync(relay =>
        {
            var id = relay.Streams.Values.Single().Id;
            relay.Send(2, id, new ConnectedMessage(IPAddress.Parse(address), 60));
            relay.SendData(2, id, Body);
        });
        return await opening.WaitAsync(CircuitHarness.Patience);
    }

    private static void Say(ManagerHarness harness, IPAddress address) =>
        harness.Circuits.Network.Prepare = lane => lane.Circuit.Intercept = (circuit, hop, command, id, _) =>
        {
            if (command != RelayCommand.Begin)
                return false;
            circuit.Send(hop, id, new ConnectedMessage(address, 60));
            return true;
        };
}
