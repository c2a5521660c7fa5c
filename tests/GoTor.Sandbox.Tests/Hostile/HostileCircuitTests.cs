using System.Net;
using System.Text;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Tests.Hostile;

/// <summary>Clients that break the rules of a circuit lose that circuit, and nobody else loses anything.</summary>
[Collection(SharedSandbox.Name)]
public sealed class HostileCircuitTests(SandboxFixture fixture)
{
    private SandboxRelay Exit => fixture.Network.Relays.First(relay => (relay.Flags & RelayFlags.Exit) != 0);

    private SandboxRelay Guard => fixture.Network.Relays.First(relay => (relay.Flags & RelayFlags.Guard) != 0);

    [Theory]
    [InlineData(2, 84)] // The right length, and nonsense.
    [InlineData(2, 83)]
    [InlineData(2, 0)]
    [InlineData(3, 200)]
    [InlineData(3, 505)]
    [InlineData(1, 20)]
    [InlineData(0, 186)] // TAP.
    [InlineData(77, 100)]
    public async Task Create2_ThatIsGarbage_CostsOnlyThatCircuit(byte type, int length)
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        var id = new CircuitId(CircuitId.InitiatorBit | 9);

        await link.SendAsync(id, ChannelCommand.Create2, [0, type, (byte)(length >> 8), (byte)length, .. Noise(length)]);

        Assert.Equal(ChannelCommand.Destroy, (await link.ReceiveAsync(id))?.Command);
        using RawCircuit next = await link.CreateAsync();
    }

    [Fact]
    public async Task Create2_WhoseLengthRunsOverTheCell_CostsOnlyThatCircuit()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        var id = new CircuitId(CircuitId.InitiatorBit | 9);

        await link.SendAsync(id, ChannelCommand.Create2, 0, 2, 0xff, 0xff);

        Assert.Equal(ChannelCommand.Destroy, (await link.ReceiveAsync(id))?.Command);
        using RawCircuit next = await link.CreateAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("ff")]
    [InlineData("0202140102")]
    [InlineData("000002ffff")]
    public async Task Extend2_ThatIsGarbage_EndsTheCircuit(string hex)
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();

        await circuit.SendAsync(RelayCommand.Extend2, 0, Convert.FromHexString(hex), early: true);

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
        using RawCircuit next = await link.CreateAsync(2);
    }

    [Fact]
    public async Task Extend2_ToTheRelayItself_EndsTheCircuit()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();

        await circuit.SendAsync(0, ExtendTo(Guard.Address.OrPort, Guard.Address.RsaIdentity), early: true);

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
    }

    [Fact]
    public async Task Extend2_ToAStranger_EndsTheCircuitAndDialsNobody()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();
        using var stranger = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        stranger.Start();

        await circuit.SendAsync(0, ExtendTo((IPEndPoint)stranger.LocalEndpoint, new RsaIdentity(Noise(20))), early: true);

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
        Assert.False(stranger.Pending());
    }

    [Fact]
    public async Task Extend2_ToAMemberAtAnotherAddress_GoesToTheMember()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();
        using var stranger = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        stranger.Start();

        await circuit.SendAsync(0, ExtendTo((IPEndPoint)stranger.LocalEndpoint, Exit.Address.RsaIdentity), early: true);

        // The handshake inside is noise, which the member refuses.
        await circuit.ExpectDestroyAsync();
        Assert.False(stranger.Pending());
    }

    [Fact]
    public async Task Extend2_OutsideOfRelayEarly_EndsTheCircuit()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();

        await circuit.SendAsync(0, ExtendTo(Exit.Address.OrPort, Exit.Address.RsaIdentity));

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
    }

    [Fact]
    public async Task RelayEarly_ForTheNinthTime_EndsTheCircuit()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();

        for (int i = 0; i < 9; i++)
            await circuit.SendAsync(RelayCommand.Drop, 0, [], early: true);

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
    }

    [Fact]
    public async Task Extend2_BackToWhereItCameFrom_EndsTheCircuit()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();
        await circuit.ExtendAsync(Exit);

        await circuit.SendAsync(0, ExtendTo(Guard.Address.OrPort, Guard.Address.RsaIdentity), early: true);

        await ExpectTruncatedAsync(circuit);
        using RawCircuit next = await link.CreateAsync(2);
    }

    // Relays cannot see that they are in a circuit twice. RELAY_EARLY makes an end of it.
    [Fact]
    public async Task Path_ThatGoesInCircles_HasAnEnd()
    {
        SandboxRelay[] loop = [.. fixture.Network.Relays.Take(3)];
        await using RawLink link = await RawLink.OpenAsync(loop[0]);
        using RawCircuit circuit = await link.CreateAsync();
        for (int i = 1; i <= 8; i++)
            await circuit.ExtendAsync(loop[i % 3]);

        await circuit.SendAsync(0, ExtendTo(loop[0].Address.OrPort, loop[0].Address.RsaIdentity), early: true);

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
    }

    // TROVE-2026-011: messages that may have a reason need not have one.
    [Fact]
    public async Task EndAndTruncate_WithoutAReason_AreGood()
    {
        await using RawLink link = await RawLink.OpenAsync(Exit);
        using RawCircuit circuit = await link.CreateAsync();
        await circuit.SendAsync(1, new BeginMessage("127.0.0.1", (ushort)fixture.Target.Port));
        await circuit.ExpectAsync(RelayCommand.Connected);

        await circuit.SendAsync(RelayCommand.End, 1, []);
        await circuit.SendAsync(RelayCommand.Truncate, 0, []);

        await circuit.ExpectAsync(RelayCommand.Truncated);
    }

    // TROVE-2026-007: a target as long as the message.
    [Fact]
    public async Task Begin_OfTheGreatestLength_IsAnswered_AndWithoutItsEndRefused()
    {
        await using RawLink link = await RawLink.OpenAsync(Exit);
        using RawCircuit circuit = await link.CreateAsync();
        string target = new string('a', CellLayout.RelayDataLengthV0 - 4) + ":80\0";
        await circuit.SendAsync(RelayCommand.Begin, 1, Encoding.ASCII.GetBytes(target));
        if (await circuit.ReceiveAsync() is { } answer)
            Assert.Equal(RelayCommand.End, answer.Command);
        using RawCircuit second = await link.CreateAsync(2);

        await second.SendAsync(RelayCommand.Begin, 1, Encoding.ASCII.GetBytes(new string('a', CellLayout.RelayDataLengthV0 - 3) + ":80"));

        Assert.Equal(DestroyReason.Protocol, await second.ExpectDestroyAsync());
    }

    // TROVE-2026-008: legs of a multipath circuit, which we never offered.
    [Theory]
    [InlineData(nameof(RelayCommand.ConfluxLink))]
    [InlineData(nameof(RelayCommand.ConfluxSwitch))]
    [InlineData(nameof(RelayCommand.PaddingNegotiate))]
    public async Task Message_OfWhatWeDoNotSpeak_IsNothing(string command)
    {
        await using RawLink link = await RawLink.OpenAsync(Exit);
        using RawCircuit circuit = await link.CreateAsync();
        await circuit.SendAsync(RelayCommand.BeginDir, 1, []);
        await circuit.ExpectAsync(RelayCommand.Connected);

        await circuit.SendAsync(Enum.Parse<RelayCommand>(command), 0, Noise(40));

        await circuit.SendAsync(2, new ResolveMessage("demo.sandbox"));
        await circuit.ExpectAsync(RelayCommand.Resolved);
    }

    [Fact]
    public async Task Cell_ThatNobodyRecognises_EndsTheCircuit()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();

        await link.SendAsync(circuit.Id, ChannelCommand.Relay, Noise(CellLayout.BodyLength));

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
    }

    [Theory]
    [InlineData(nameof(RelayCommand.Connected), 1)]
    [InlineData(nameof(RelayCommand.Extended2), 0)]
    [InlineData(nameof(RelayCommand.Begin), 0)]
    [InlineData(nameof(RelayCommand.Data), 0)]
    [InlineData(nameof(RelayCommand.Sendme), 0)] // None was due.
    [InlineData(nameof(RelayCommand.Begin), 1)] // Without a target.
    public async Task Message_ThatIsNotAClients_EndsTheCircuit(string command, ushort stream)
    {
        await using RawLink link = await RawLink.OpenAsync(Exit);
        using RawCircuit circuit = await link.CreateAsync();

        await circuit.SendAsync(Enum.Parse<RelayCommand>(command), stream, []);

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
    }

    [Theory]
    [InlineData("127.0.0.1:80")] // No NUL.
    [InlineData("127.0.0.1\0")]
    [InlineData(":80\0")]
    [InlineData("127.0.0.1:0\0")]
    [InlineData("127.0.0.1:65536\0")]
    [InlineData("::1:80\0")]
    public async Task Begin_WithAMalformedTarget_EndsTheCircuit(string target)
    {
        await using RawLink link = await RawLink.OpenAsync(Exit);
        using RawCircuit circuit = await link.CreateAsync();

        await circuit.SendAsync(RelayCommand.Begin, 1, Encoding.ASCII.GetBytes(target));

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
    }

    [Theory]
    [InlineData("192.0.2.1", nameof(EndReason.ExitPolicy))]
    [InlineData("10.0.0.1", nameof(EndReason.ExitPolicy))]
    [InlineData("2001:db8::1", nameof(EndReason.ExitPolicy))]
    [InlineData("0.0.0.0", nameof(EndReason.ExitPolicy))]
    [InlineData("example.com", nameof(EndReason.ResolveFailed))]
    public async Task Begin_ToWhatIsNotHere_IsRefusedAndTheCircuitGoesOn(string host, string expected)
    {
        await using RawLink link = await RawLink.OpenAsync(Exit);
        using RawCircuit circuit = await link.CreateAsync();

        for (ushort stream = 1; stream <= 20; stream++)
        {
            await circuit.SendAsync(stream, new BeginMessage(host, 80));
            RawMessage? answer = await circuit.ReceiveAsync();
            Assert.Equal((RelayCommand.End, (byte)Enum.Parse<EndReason>(expected)), (answer!.Command, answer.Body[0]));
        }
    }

    [Fact]
    public async Task Begin_AtARelayThatIsNoExit_IsRefused()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();

        await circuit.SendAsync(1, new BeginMessage("127.0.0.1", (ushort)fixture.Target.Port));

        RawMessage? answer = await circuit.ReceiveAsync();
        Assert.Equal((RelayCommand.End, (byte)EndReason.ExitPolicy), (answer!.Command, answer.Body[0]));
    }

    [Fact]
    public async Task Data_BeyondTheStreamsWindow_EndsTheCircuit()
    {
        await using RawLink link = await RawLink.OpenAsync(Exit);
        using RawCircuit circuit = await link.CreateAsync();
        // It accepts connections and reads nothing.
        using var deaf = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        await circuit.SendAsync(1, new BeginMessage("127.0.0.1", (ushort)((IPEndPoint)deaf.LocalEndpoint).Port));
        Assert.Equal(RelayCommand.Connected, (await circuit.ReceiveAsync())!.Command);

        byte[] full = Noise(CellLayout.RelayDataLengthV0);
        Task flood = Task.Run(async () =>
        {
            for (int i = 0; i < 50_000; i++)
                await circuit.SendAsync(RelayCommand.Data, 1, full);
        });

        Assert.Equal(DestroyReason.Protocol, await circuit.ExpectDestroyAsync());
        await flood.WaitAsync(RawLink.Patience);
    }

    [Fact]
    public async Task Xoff_OnAStreamThatOnlyResolves_IsNothing()
    {
        await using RawLink link = await RawLink.OpenAsync(Exit);
        using RawCircuit circuit = await link.CreateAsync();

        await circuit.SendAsync(1, new ResolveMessage("demo.sandbox"));
        await circuit.SendAsync(1, new XoffMessage());

        Assert.Equal(RelayCommand.Resolved, (await circuit.ReceiveAsync())!.Command);
        await circuit.SendAsync(2, new ResolveMessage("nowhere.sandbox"));
        Assert.Equal(RelayCommand.Resolved, (await circuit.ReceiveAsync())!.Command);
    }

    [Fact]
    public async Task Client_ThatNeverReads_CostsLittleMemoryAndNobodyElse()
    {
        await using RawLink link = await RawLink.OpenAsync(Exit);
        using RawCircuit circuit = await link.CreateAsync();

        // Every request has an answer that no window counts. The relay stops when the circuit has more waiting than a good one ever has.
        for (ushort i = 0; i < 20_000; i++)
        {
            try
            {
                await circuit.SendAsync(i, new ResolveMessage("demo.sandbox"));
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                break;
            }
        }

        int largest = Exit.Links.Max(open => open.Outbox.LargestLength);
        Assert.InRange(largest, 0, 2 * 1500 * CellLayout.CellLength);
        await using RawLink other = await RawLink.OpenAsync(Exit);
        using RawCircuit good = await other.CreateAsync();
    }

    [Fact]
    public async Task Create2_AsAFlood_IsBoundedAndOthersGoOn()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        byte[] request = [0, 2, 0, 84, .. Guard.Address.RsaIdentity.AsSpan(), .. Guard.Handshakes.OnionKey.Agreement.PublicKey, .. Noise(32)];
        const int Flood = 5000;
        Task sending = Task.Run(async () =>
        {
            for (uint i = 1; i <= Flood; i++)
                await link.SendAsync(new CircuitId(CircuitId.InitiatorBit | i), ChannelCommand.Create2, request);
        });
        await using RawLink other = await RawLink.OpenAsync(Guard);
        using RawCircuit good = await other.CreateAsync();

        int created = 0, refused = 0;
        while (created + refused < Flood && await link.ReceiveAsync() is { } cell)
            _ = cell.Command == ChannelCommand.Created2 ? created++ : refused++;

        await sending;
        Assert.Equal(Flood, created + refused);
        Assert.InRange(created, 1, 4096);
        Assert.InRange(Guard.Links.Max(open => open.CircuitCount), 1, 4096);
    }

    private static async Task ExpectTruncatedAsync(RawCircuit circuit)
    {
        RawMessage? message = await circuit.ReceiveFromAnyAsync();
        Assert.Equal(RelayCommand.Truncated, message?.Command);
    }

    private static Extend2Message ExtendTo(IPEndPoint orPort, RsaIdentity identity) =>
        new([LinkSpecifier.For(orPort), LinkSpecifier.For(identity)], HandshakeType.Ntor, Noise(84));

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        TorRandom.Secure.Fill(noise);
        return noise;
    }
}
