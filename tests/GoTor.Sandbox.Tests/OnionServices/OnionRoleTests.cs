using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Documents;
using GoTor.Protocol.OnionServices;
using GoTor.Sandbox.Relays;
using GoTor.Sandbox.Tests.Hostile;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Sandbox.Tests.OnionServices;

/// <summary>What relays do for services and their clients, and what they do not let them do.</summary>
[Collection(SharedSandbox.Name)]
public sealed class OnionRoleTests(SandboxFixture fixture) : IAsyncLifetime
{
    private readonly Ed25519KeyPair _key = Ed25519KeyPair.Generate(TorRandom.Secure);
    private readonly RendezvousCookie _cookie = new(Noise(RendezvousCookie.Length));
    private readonly List<RawLink> _links = [];

    private SandboxRelay Guard => fixture.Network.Relays.First(relay => (relay.Flags & RelayFlags.Guard) != 0);

    /// <summary>Introduction and rendezvous point, and directory: a middle.</summary>
    private SandboxRelay Point => fixture.Network.Relays.First(
        relay => (relay.Flags & (RelayFlags.Guard | RelayFlags.Exit | RelayFlags.HSDir)) == RelayFlags.HSDir);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (RawLink link in _links)
            await link.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Introduction_OfAClient_ReachesTheServiceUnchanged()
    {
        RawCircuit service = await ServiceAsync();
        RawCircuit client = await CircuitAsync();
        var introduction = new Introduce1Message(_key.PublicKey, [new OnionExtension(2, new byte[] { 1, 2 })], Noise(246));

        await client.SendAsync(0, introduction);

        Assert.Equal(IntroduceStatus.Success, await AckAsync(client));
        byte[] received = await service.ExpectAsync(RelayCommand.Introduce2);
        Assert.Equal(introduction.Encrypted.ToArray(), RelayMessages.Decode<Introduce1Message>(received).Encrypted.ToArray());
    }

    [Theory]
    [InlineData(0, nameof(IntroduceStatus.UnknownKey))]
    [InlineData(1, nameof(IntroduceStatus.BadFormat))] // Version 2.
    [InlineData(2, nameof(IntroduceStatus.BadFormat))] // Too long for some cells.
    [InlineData(3, nameof(IntroduceStatus.BadFormat))] // Nothing in it.
    public async Task Introduction_ThatCannotBe_IsRefusedWithAReason(int kind, string expected)
    {
        RawCircuit client = await CircuitAsync();
        byte[] body = kind switch
        {
            0 => [.. new byte[20], 2, 0, 32, .. Noise(32), 0, .. Noise(246)],
            1 => Noise(200),
            2 => [.. new byte[20], 2, 0, 32, .. Noise(32), 0, .. Noise(Introduce2Message.MaxLength + 1 - 56)],
            _ => [],
        };

        await client.SendAsync(RelayCommand.Introduce1, 0, body);

        Assert.Equal(Enum.Parse<IntroduceStatus>(expected), await AckAsync(client));
    }

    [Fact]
    public async Task Introduction_ForTheSecondTime_EndsTheCircuit()
    {
        RawCircuit client = await CircuitAsync();
        var introduction = new Introduce1Message(_key.PublicKey, [], Noise(246));
        await client.SendAsync(0, introduction);
        Assert.Equal(IntroduceStatus.UnknownKey, await AckAsync(client));

        await client.SendAsync(0, introduction);

        await ExpectEndAsync(client);
    }

    [Fact]
    public async Task Introduction_OverASingleHop_EndsTheCircuit()
    {
        await ServiceAsync();
        RawCircuit client = await (await LinkAsync(Point)).CreateAsync();

        await client.SendAsync(0, new Introduce1Message(_key.PublicKey, [], Noise(246)));

        Assert.Equal(DestroyReason.Protocol, await client.ExpectDestroyAsync());
    }

    [Fact]
    public async Task Introductions_BeyondWhatTheServiceWants_AreRefused()
    {
        await ServiceAsync(IntroductionLimit.Ask(1, 2));
        List<IntroduceStatus> statuses = [];
        for (int i = 0; i < 4; i++)
        {
            RawCircuit client = await CircuitAsync();
            await client.SendAsync(0, new Introduce1Message(_key.PublicKey, [], Noise(246)));
            statuses.Add(await AckAsync(client));
        }

        // A slow machine may let a second pass.
        Assert.Equal([IntroduceStatus.Success, IntroduceStatus.Success], statuses.Take(2));
        Assert.Contains(IntroduceStatus.UnknownKey, statuses);
    }

    [Theory]
    [InlineData(0)] // For another circuit.
    [InlineData(1)] // Signed by somebody else.
    [InlineData(2)] // Version 2.
    [InlineData(3)]
    public async Task EstablishIntro_ThatIsForged_EndsTheCircuit(int kind)
    {
        RawCircuit service = await CircuitAsync();
        using Ed25519KeyPair other = Ed25519KeyPair.Generate(TorRandom.Secure);
        byte[] good = Body(EstablishIntroMessage.Make(_key, [], service.BindingKey));
        byte[] body = kind switch
        {
            0 => Body(EstablishIntroMessage.Make(_key, [], Noise(20))),
            1 => [.. good[..^64], .. other.Sign([.. "Tor establish-intro cell v1"u8, .. good[..^66]])],
            2 => [1, .. good[1..]],
            _ => [],
        };

        await service.SendAsync(RelayCommand.EstablishIntro, 0, body);

        await ExpectEndAsync(service);
        Assert.Null(Point.OnionServices.Find(_key.PublicKey));
    }

    [Fact]
    public async Task Service_ThatComesAgain_ReplacesItsOldCircuit()
    {
        RawCircuit old = await ServiceAsync();
        RawCircuit service = await ServiceAsync();

        await ExpectEndAsync(old);

        RawCircuit client = await CircuitAsync();
        await client.SendAsync(0, new Introduce1Message(_key.PublicKey, [], Noise(246)));
        Assert.Equal(IntroduceStatus.Success, await AckAsync(client));
        await service.ExpectAsync(RelayCommand.Introduce2);
    }

    [Fact]
    public async Task Service_ThatLeaves_IsForgotten()
    {
        RawCircuit service = await ServiceAsync();

        await service.DestroyAsync();

        await Wait.UntilAsync(() => Point.OnionServices.Find(_key.PublicKey) is null, RawLink.Patience, () => "The service is still there.");
    }

    [Theory]
    [InlineData(nameof(RelayCommand.BeginDir), 1)]
    [InlineData(nameof(RelayCommand.EstablishIntro), 0)]
    [InlineData(nameof(RelayCommand.EstablishRendezvous), 0)]
    [InlineData(nameof(RelayCommand.Introduce1), 0)]
    public async Task Circuit_WithARole_HasNoOther(string command, ushort stream)
    {
        RawCircuit service = await ServiceAsync();

        await service.SendAsync(Enum.Parse<RelayCommand>(command), stream, Noise(20));

        await ExpectEndAsync(service);
    }

    [Fact]
    public async Task Rendezvous_JoinsTwoCircuits_ThatCarryWhatNobodyBetweenCanRead()
    {
        (RawCircuit client, RawCircuit service) = await MeetAsync();

        for (int i = 0; i < 200; i++)
        {
            await client.SendAsync(RelayCommand.Data, 1, [(byte)i]);
            await service.SendAsync(RelayCommand.Data, 2, [(byte)i, 1]);
        }

        for (int i = 0; i < 200; i++)
        {
            Assert.Equal([(byte)i], await service.ExpectAsync(RelayCommand.Data));
            Assert.Equal([(byte)i, 1], await client.ExpectAsync(RelayCommand.Data));
        }
    }

    [Fact]
    public async Task RelayEarly_ThroughARendezvous_ComesOutAsRelay()
    {
        (RawCircuit client, RawCircuit service) = await MeetAsync();

        await client.SendAsync(RelayCommand.Data, 1, [7], early: true);

        Assert.Equal([7], await service.ExpectAsync(RelayCommand.Data));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task JoinedCircuit_ThatEnds_EndsTheOther(bool clientEnds)
    {
        (RawCircuit client, RawCircuit service) = await MeetAsync();

        await (clientEnds ? client : service).DestroyAsync();

        await ExpectEndAsync(clientEnds ? service : client);
    }

    [Fact]
    public async Task JoinedCircuit_WhoseLinkIsLost_EndsTheOther()
    {
        (_, RawCircuit service) = await MeetAsync();

        await _links[0].DisposeAsync();

        await ExpectEndAsync(service);
    }

    [Fact]
    public async Task Rendezvous_WithACookieThatNobodyLeft_EndsTheCircuit()
    {
        RawCircuit service = await CircuitAsync();

        await service.SendAsync(0, new Rendezvous1Message(_cookie, Noise(64)));

        await ExpectEndAsync(service);
    }

    [Fact]
    public async Task Cookie_ThatIsTaken_EndsTheSecondCircuitAlone()
    {
        RawCircuit first = await WaitingAsync();
        RawCircuit second = await CircuitAsync();

        await second.SendAsync(0, new EstablishRendezvousMessage(_cookie));

        await ExpectEndAsync(second);
        RawCircuit service = await CircuitAsync();
        await service.SendAsync(0, new Rendezvous1Message(_cookie, new byte[] { 1, 2, 3 }));
        Assert.Equal([1, 2, 3], await first.ExpectAsync(RelayCommand.Rendezvous2));
    }

    [Fact]
    public async Task Cookie_IsGoodOnce()
    {
        await MeetAsync();
        RawCircuit late = await CircuitAsync();

        await late.SendAsync(0, new Rendezvous1Message(_cookie, Noise(64)));

        await ExpectEndAsync(late);
    }

    [Fact]
    public async Task Descriptor_OverASingleHop_IsNotToBeHad()
    {
        RawCircuit client = await (await LinkAsync(Point)).CreateAsync();

        Assert.StartsWith("HTTP/1.0 503 ", await AskAsync(client, "GET /tor/hs/3/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.0 400 ", await AskAsync(client, "POST /tor/hs/3/publish HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /tor/hs/3/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA HTTP/1.0\r\n\r\n", "404")]
    [InlineData("GET /tor/hs/3/%00 HTTP/1.0\r\n\r\n", "404")]
    [InlineData("POST /tor/hs/3/publish HTTP/1.0\r\nContent-Length: 15\r\n\r\nhs-descriptor 3", "400")]
    [InlineData("POST /tor/hs/3/publish HTTP/1.0\r\nContent-Length: 2000000000\r\n\r\n", "400")]
    [InlineData("POST /tor/hs/3/publish HTTP/1.0\r\nContent-Length: -1\r\n\r\n", "400")]
    [InlineData("POST /tor/hs/2/publish HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", "400")]
    [InlineData("POST /tor/ HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", "400")]
    public async Task Request_ForWhatIsNotThere_IsAnsweredSo(string request, string status)
    {
        RawCircuit client = await CircuitAsync();

        Assert.StartsWith($"HTTP/1.0 {status} ", await AskAsync(client, request), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(RawCircuit circuit, string request)
    {
        await circuit.SendAsync(RelayCommand.BeginDir, 5, []);
        await circuit.ExpectAsync(RelayCommand.Connected);
        await circuit.SendAsync(RelayCommand.Data, 5, System.Text.Encoding.ASCII.GetBytes(request));
        string answer = System.Text.Encoding.ASCII.GetString(await circuit.ExpectAsync(RelayCommand.Data));
        await circuit.ExpectAsync(RelayCommand.End);
        return answer;
    }

    // The relays on the way tell the client in their own words: TRUNCATED from the first.
    private static async Task ExpectEndAsync(RawCircuit circuit)
    {
        while (await circuit.ReceiveFromAnyAsync() is { } message)
        {
            if (message.Command == RelayCommand.Truncated)
                return;
        }
    }

    private static async Task<IntroduceStatus> AckAsync(RawCircuit client) =>
        RelayMessages.Decode<IntroduceAckMessage>(await client.ExpectAsync(RelayCommand.IntroduceAck)).Status;

    private async Task<RawCircuit> ServiceAsync(params IReadOnlyList<OnionExtension> extensions)
    {
        RawCircuit service = await CircuitAsync();
        await service.SendAsync(0, EstablishIntroMessage.Make(_key, extensions, service.BindingKey));
        await service.ExpectAsync(RelayCommand.IntroEstablished);
        return service;
    }

    private async Task<RawCircuit> WaitingAsync()
    {
        RawCircuit client = await CircuitAsync();
        await client.SendAsync(0, new EstablishRendezvousMessage(_cookie));
        await client.ExpectAsync(RelayCommand.RendezvousEstablished);
        return client;
    }

    private async Task<(RawCircuit Client, RawCircuit Service)> MeetAsync()
    {
        RawCircuit client = await WaitingAsync();
        RawCircuit service = await CircuitAsync();
        byte[] handshake = Noise(64);
        await service.SendAsync(0, new Rendezvous1Message(_cookie, handshake));
        Assert.Equal(handshake, await client.ExpectAsync(RelayCommand.Rendezvous2));

        // Each is the other's last hop, so what is forward for one is backward for the other.
        byte[] keys = Noise(RelayKeyMaterial.Length);
        client.AddHop(new RelayKeyMaterial(new SecretBytes(keys)));
        service.AddHop(new RelayKeyMaterial(new SecretBytes([.. keys[20..40], .. keys[..20], .. keys[56..72], .. keys[40..56], .. keys[72..]])));
        return (client, service);
    }

    /// <summary>Two hops, on a link of its own, so that the point's client is a relay.</summary>
    private async Task<RawCircuit> CircuitAsync()
    {
        RawCircuit circuit = await (await LinkAsync(Guard)).CreateAsync();
        await circuit.ExtendAsync(Point);
        return circuit;
    }

    private async Task<RawLink> LinkAsync(SandboxRelay relay)
    {
        RawLink link = await RawLink.OpenAsync(relay);
        _links.Add(link);
        return link;
    }

    private static byte[] Body(EstablishIntroMessage message)
    {
        byte[] body = new byte[500];
        var writer = new Protocol.Wire.WireWriter(body);
        message.Encode(ref writer);
        return body[..writer.Written];
    }

    private static byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        TorRandom.Secure.Fill(noise);
        return noise;
    }
}
