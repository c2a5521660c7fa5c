using System.Net.Sockets;
using System.Security.Cryptography;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;
using GoTor.Testing.Network;
using GoTor.Testing.ScriptedRelay;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Circuits;

/// <summary>
/// The guard that we would use is hostile, on whatever layer: it is left, marked as down, and the stream reaches its destination
/// through the next guard. Real sockets, TLS, guards and path selection.
/// </summary>
public sealed class HostileGuardTests
{
    private const int Guards = 3;

    private static readonly RelayKeys Other = RelayKeys.Generate();

    private static readonly Dictionary<string, Behaviour> Behaviours = new()
    {
        ["closes at once"] = Tcp((_, _, _) => Task.CompletedTask),
        ["garbage instead of TLS"] = Tcp(async (_, socket, stopping) =>
        {
            await socket.SendAsync(RandomNumberGenerator.GetBytes(5000), stopping);
            await WaitForCloseAsync(socket, stopping);
        }),
        ["an HTTP server"] = Tcp(async (_, socket, stopping) =>
        {
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), stopping);
            await WaitForCloseAsync(socket, stopping);
        }),
        ["silence instead of TLS"] = Tcp(WaitForCloseAsync) with { Limit = TimeSpan.FromSeconds(10) },
        ["garbage in TLS"] = Tls(link => link.SendRawAsync(Enumerable.Repeat((byte)0xa5, 5000).ToArray())),
        ["silence in TLS"] = Tls(_ => Task.CompletedTask) with { Limit = TimeSpan.FromSeconds(10) },
        ["half a handshake"] = Tls(async link =>
            {
                await link.SendVersionsAsync(4, 5);
                await link.SendCertsAsync();
            })
            with { Limit = TimeSpan.FromSeconds(10) },
        ["no common link version"] = Tls(link => link.SendVersionsAsync(1, 2)),
        ["NETINFO before CERTS"] = Tls(async link =>
        {
            await link.SendVersionsAsync(4, 5);
            await link.SendNetinfoAsync();
        }),
        ["CERTS twice"] = Tls(async link =>
        {
            await link.SendVersionsAsync(4, 5);
            await link.SendCertsAsync();
            await link.SendCertsAsync();
        }),
        ["another identity"] = Tls(async link =>
        {
            await link.SendVersionsAsync(4, 5);
            Dictionary<CertificateType, byte[]> certificates = Other.MakeCertificates(SyntheticNetwork.Epoch);
            certificates[CertificateType.SigningToTlsLink] = Other.MakeSigningToLink(SyntheticNetwork.Epoch.AddDays(2), link.Keys.Tls.RawData);
            await link.SendCertsAsync(RelayKeys.ToMessage(certificates));
            await link.SendAuthChallengeAsync();
            await link.SendNetinfoAsync();
        }),
        ["expired certificates"] = Tls(async link =>
        {
            await link.SendVersionsAsync(4, 5);
            await link.SendCertsAsync(link.Keys.MakeCerts(SyntheticNetwork.Epoch.AddDays(-400)));
            await link.SendAuthChallengeAsync();
            await link.SendNetinfoAsync();
        }),
        ["oversize cell"] = Tls(async link =>
        {
            await link.SendVersionsAsync(4, 5);
            await link.SendCellAsync(CircuitId.Channel, ChannelCommand.Certs, new byte[ushort.MaxValue]);
        }),
        ["closes instead of CREATED2"] = Tcp(async (relay, socket, stopping) =>
        {
            await using LoopbackLink link = await relay.SecureAsync(socket, stopping);
            await link.HandshakeAsync();
            await link.ReceiveCellAsync(stopping);
        }),
        ["oversize cell instead of CREATED2"] = Tcp(async (relay, socket, stopping) =>
        {
            LoopbackLink link = await relay.SecureAsync(socket, stopping);
            await link.HandshakeAsync();
            await link.ReceiveCellAsync(stopping);
            await link.SendCellAsync(CircuitId.Channel, ChannelCommand.Certs, new byte[ushort.MaxValue]);
            await link.WaitForCloseAsync(stopping);
        }),
        ["garbage in CREATED2"] = Created(circuit => circuit.SendCell(ChannelCommand.Created2, [0, 64, .. RandomNumberGenerator.GetBytes(64)])),
        ["CREATED2 longer than its cell"] = Created(circuit => circuit.SendCell(ChannelCommand.Created2, [0xff, 0xff, .. new byte[507]])),
        ["CREATED_FAST instead of CREATED2"] = Created(circuit => circuit.SendCell(ChannelCommand.CreatedFast, new byte[40])),
        ["RELAY instead of CREATED2"] = Created(circuit => circuit.SendCell(ChannelCommand.Relay, RandomNumberGenerator.GetBytes(509))),
        ["silence instead of CREATED2"] = Created(_ => { }) with { Limit = TimeSpan.FromSeconds(60) },
    };

    public static TheoryData<string> Names => [.. Behaviours.Keys];

    [Trait("Case", "B05")]
    [Theory]
    [MemberData(nameof(Names))]
    public async Task FirstGuard_IsHostile_AnotherCarriesTheStream(string how)
    {
        FakeTimeProvider time = new(SyntheticNetwork.Epoch);
        await using LoopbackHarness relays = new(Guards + 4, time);
        await using GuardedHarness client = new(relays.Network.Hops, Guards, relays.Builder, relays.Channels.Meters, time);
        Behaviour behaviour = Behaviours[how];
        LoopbackNode hostile = relays.Network[client.NextGuard()];
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        behaviour.Arm(hostile, reached);
        Assert.Equal(Guards, client.GuardCounts.Active);

        Task<TorStream> connecting = client.ConnectAsync();
        await reached.Task.WaitAsync(CircuitHarness.Patience);
        if (behaviour.Limit > TimeSpan.Zero)
        {
            Assert.False(connecting.IsCompleted);
            Assert.Equal(Guards, client.GuardCounts.Active);
            await client.PassAsync(behaviour.Limit, () => client.GuardCounts.Active < Guards);
        }

        TorStream stream = await connecting;
        await SharedChannelTests.AssertMovesBytesAsync(stream, 100_000);
        Assert.Equal(Guards - 1, client.GuardCounts.Active);
        Assert.Equal(1, relays.Channels.Meters["gotor.guards.failed"]);
        Assert.NotEqual(hostile.Hop.RsaIdentity, client.NextGuard());

        await using TorStream another = await client.ConnectAsync(user: "another");
        await SharedChannelTests.AssertMovesBytesAsync(another, 100_000);
        Assert.Equal(1, hostile.Connections);
        LoopbackNode used = Assert.Single(relays.Network.Nodes, node => node != hostile && node.Connections > 0);
        Assert.Equal(2, Assert.Single(used.Channels).Circuits.Count);
        Assert.Empty(used.Channels[0].Circuits.SelectMany(circuit => circuit.Complaints));
        if (behaviour.IsChannels)
        {
            await CircuitHarness.EventuallyAsync(() => hostile.Ended == 1);
            Assert.Single(relays.Channels.Manager.Channels);
        }

        await stream.DisposeAsync();
    }

    // A frozen relay: its kernel still takes what we send. Nobody waits out the minute after which it counts as down.
    [Fact]
    public async Task FirstGuard_FreezesBeforeCreated2_AnotherCarriesTheStreamAfterTenSeconds()
    {
        FakeTimeProvider time = new(SyntheticNetwork.Epoch);
        await using LoopbackHarness relays = new(Guards + 4, time);
        await using GuardedHarness client = new(relays.Network.Hops, Guards, relays.Builder, relays.Channels.Meters, time);
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        LoopbackNode frozen = relays.Network[client.NextGuard()];
        Behaviours["silence instead of CREATED2"].Arm(frozen, reached);
        Task<TorStream> connecting = client.ConnectAsync();
        await reached.Task.WaitAsync(CircuitHarness.Patience);
        DateTimeOffset asked = time.GetUtcNow();
        await client.PassAsync(TimeSpan.FromSeconds(10), () => connecting.IsCompleted);
        await using TorStream stream = await connecting;
        await SharedChannelTests.AssertMovesBytesAsync(stream, 100_000);
        Assert.InRange(time.GetUtcNow() - asked, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));

        // It may only be slow: it is not down yet, and it is the preferred one again as soon as it answers.
        Assert.Equal(Guards, client.GuardCounts.Active);
        Assert.Equal(0, relays.Channels.Meters["gotor.guards.failed"]);
        Assert.NotEqual(frozen.Hop.RsaIdentity, client.NextGuard());
        Assert.Equal(2, relays.Network.Nodes.Count(node => node.Connections > 0));
        await client.PassAsync(TimeSpan.FromSeconds(60), () => client.GuardCounts.Active < Guards);
        Assert.True(relays.Channels.Meters["gotor.guards.failed"] >= 1);
    }

    // C tor's circuit_build_failed: else whoever can have circuits refused could move us from guard to guard.
    [Fact]
    public async Task FirstGuard_DestroysAtOnce_IsAskedAgainAndNotPassedOver()
    {
        FakeTimeProvider time = new(SyntheticNetwork.Epoch);
        await using LoopbackHarness relays = new(Guards + 4, time);
        await using GuardedHarness client = new(relays.Network.Hops, Guards, relays.Builder, relays.Channels.Meters, time);
        LoopbackNode guard = relays.Network[client.NextGuard()];
        guard.Prepare = circuit =>
        {
            if (guard.Channels[0].Circuits.Count < 2)
                circuit.OnCreate = relay => relay.SendCell(ChannelCommand.Destroy, [(byte)DestroyReason.ResourceLimit]);
        };
        await using TorStream stream = await client.ConnectAsync();
        await SharedChannelTests.AssertMovesBytesAsync(stream, 100_000);
        Assert.Equal(3, Assert.Single(guard.Channels).Circuits.Count);
        Assert.Equal(Guards, client.GuardCounts.Active);
        Assert.Equal(0, relays.Channels.Meters["gotor.guards.failed"]);
        Assert.All(relays.Network.Nodes, node => Assert.Equal(node == guard ? 1 : 0, node.Connections));
    }

    [Fact]
    public async Task AllGuards_AreHostile_NoStreamLeavesAndTheClientGoesOn()
    {
        FakeTimeProvider time = new(SyntheticNetwork.Epoch);
        await using LoopbackHarness relays = new(Guards + 4, time);
        await using GuardedHarness client = new(relays.Network.Hops, Guards, relays.Builder, relays.Channels.Meters, time);
        foreach (LoopbackNode node in relays.Network.Nodes.Take(Guards))
            node.Hostile = async (_, socket, stopping) => await socket.SendAsync(new byte[100], stopping);
        Task<TorStream> connecting = client.ConnectAsync();
        await CircuitHarness.EventuallyAsync(() => client.GuardCounts.Active == 0);
        Assert.False(connecting.IsCompleted);
        Assert.All(relays.Network.Nodes.Skip(Guards), node => Assert.Equal(0, node.Connections));

        foreach (LoopbackNode node in relays.Network.Nodes)
            node.Hostile = null;
        await client.PassAsync(TimeSpan.FromSeconds(31), () => connecting.IsCompleted);
        await using TorStream stream = await connecting;
        await SharedChannelTests.AssertMovesBytesAsync(stream, 100_000);
    }

    /// <summary>Takes the bare connection.</summary>
    private static Behaviour Tcp(Func<LoopbackRelay, Socket, CancellationToken, Task> act) => new(
        (node, reached) => node.Hostile = async (relay, socket, stopping) =>
        {
            reached.TrySetResult();
            await act(relay, socket, stopping);
        },
        IsChannels: true);

    /// <summary>Answers the client's VERSIONS, then waits until the client closes.</summary>
    private static Behaviour Tls(Func<LoopbackLink, Task> answer) => new(
        (node, reached) => node.Hostile = async (relay, socket, stopping) =>
        {
            LoopbackLink link = await relay.SecureAsync(socket, stopping);
            await link.ReceiveCellAsync(stopping);
            try
            {
                await answer(link);
            }
            finally
            {
                reached.TrySetResult(); // The client may have closed before the last of it.
            }

            await link.WaitForCloseAsync(stopping);
        },
        IsChannels: true);

    /// <summary>Answers CREATE2 on an honest channel, which need not be closed for it.</summary>
    private static Behaviour Created(Action<ScriptedCircuit> answer) => new(
        (node, reached) => node.Prepare = circuit => circuit.OnCreate = relay =>
        {
            answer(relay);
            reached.TrySetResult();
        },
        IsChannels: false);

    private static async Task WaitForCloseAsync(LoopbackRelay relay, Socket socket, CancellationToken stopping) =>
        await WaitForCloseAsync(socket, stopping);

    private static async Task WaitForCloseAsync(Socket socket, CancellationToken stopping)
    {
        byte[] buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer, stopping) > 0)
        {
        }
    }

    /// <param name="Arm">Makes a relay behave so; completes the source when it has.</param>
    /// <param name="IsChannels">The client must close the channel.</param>
    private sealed record Behaviour(Action<LoopbackNode, TaskCompletionSource> Arm, bool IsChannels)
    {
        /// <summary>How long the client waits before it gives up; zero when it need not wait.</summary>
        public TimeSpan Limit { get; init; }
    }
}
