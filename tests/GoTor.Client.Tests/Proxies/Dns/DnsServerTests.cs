using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Dns;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Relay;
using GoTor.Testing;
using Microsoft.Extensions.Logging.Testing;

namespace GoTor.Client.Tests.Proxies.Dns;

public sealed class DnsServerTests : IAsyncDisposable
{
    private readonly SocksHarness _harness = new();
    private readonly TestMeterFactory _meters = new();
    private DnsServer? _server;

    private IPEndPoint Port => _server!.LocalEndPoints[0];

    [Theory]
    [InlineData("example.com", 1, "8180" + "0001" + "0001", "0004" + "c0000207")]
    [InlineData("example.com", 28, "8180" + "0001" + "0001", "0010" + "20010db8000000000000000000000007")]
    [InlineData("7.2.0.192.in-addr.arpa", 12, "8180" + "0001" + "0001", "0012" + "04686f7374" + "076578616d706c65" + "03636f6d" + "00")]
    [InlineData("192.0.2.9", 1, "8180" + "0001" + "0001", "0004" + "c0000209")]
    [InlineData("example.com", 15, "8184" + "0001" + "0000", "")] // MX: NOTIMP.
    [InlineData("example.com", 255, "8184" + "0001" + "0000", "")]
    [InlineData("1.0.0.10.in-addr.arpa", 12, "8183" + "0001" + "0000", "")] // Private: NXDOMAIN.
    [InlineData("nonsense.in-addr.arpa", 12, "8182" + "0001" + "0000", "")]
    [InlineData("example.com.relay.exit", 1, "8182" + "0001" + "0000", "")]
    public async Task Query_IsAnsweredAsCTorDoes_OverUdpAndTcp(string name, int type, string header, string data)
    {
        await StartAsync();
        byte[] query = Query(name, type);
        foreach (string reply in new[] { await AskUdpAsync(query), await AskTcpAsync(query) })
        {
            Assert.StartsWith("0007" + header, reply, StringComparison.Ordinal);
            Assert.EndsWith(data, reply, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Query_NoAddressOfThatKind_IsEmpty_PrivateOnesDoNotCount()
    {
        await StartAsync();
        _harness.Tor.OnResolve = _ => Task.FromResult(new ResolveAnswer([IPAddress.Parse("10.0.0.1")], null, TimeSpan.FromMinutes(1)));
        Assert.StartsWith("0007" + "8180" + "0001" + "0000", await AskUdpAsync(Query("example.com", 1)), StringComparison.Ordinal);
        Assert.StartsWith("0007" + "8180" + "0001" + "0000", await AskUdpAsync(Query("example.com", 28)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "8183")]
    [InlineData(false, "8182")]
    public async Task Query_ThatTheExitCannotResolve_SaysWhether(bool permanent, string flags)
    {
        await StartAsync();
        _harness.Tor.OnResolve = _ => throw new TorException(
            TorErrorKind.ResolveFailed, "no", new StreamFailedException(EndReason.ResolveFailed) { IsPermanentResolveError = permanent });
        Assert.StartsWith("0007" + flags, await AskUdpAsync(Query("example.com", 1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_AutomappedName_GetsAStandIn()
    {
        await StartAsync(map: new AddressMapOptions { AutomapHostsOnResolve = true });
        Assert.Contains("0001" + "0001" + "0000003c" + "0004" + "7f", await AskUdpAsync(Query("something.onion", 1)), StringComparison.Ordinal);
        Assert.Contains("001c" + "0001" + "0000003c" + "0010" + "fe", await AskUdpAsync(Query("something.onion", 28)), StringComparison.Ordinal);
        Assert.Empty(_harness.Tor.Requests);
    }

    [Fact]
    public async Task Query_FromStranger_IsRefused()
    {
        Assert.True(Protocol.Paths.AddressPolicy.TryParse("reject *", "SocksPolicy", out var policy, out _));
        await StartAsync(new SocksServerOptions { SocksPolicy = policy });
        Assert.StartsWith("0007" + "8185", await AskUdpAsync(Query("example.com", 1)), StringComparison.Ordinal);
        Assert.Empty(_harness.Tor.Requests);
    }

    [Fact]
    public async Task Packets_ThatAreNoQuery_GetNoAnswer_AndHarmNobody()
    {
        await StartAsync();
        using UdpClient client = new(0, AddressFamily.InterNetwork);
        byte[] good = Query("example.com", 1);
        for (int cut = 0; cut < good.Length; cut++)
            await client.SendAsync(good.AsMemory(0, cut), Port);
        await client.SendAsync(Convert.FromHexString("0001" + "0100" + "0001" + "000000000000" + "c00c" + "00010001"), Port);
        await client.SendAsync(good, Port);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        Assert.Equal("00078180", Convert.ToHexStringLower((await client.ReceiveAsync(patience.Token)).Buffer)[..8]);
        Assert.Equal("", await AskTcpAsync(Convert.FromHexString("0001" + "0100" + "0001" + "000000000000" + "c00c" + "00010001")));
    }

    [Fact]
    public async Task Queries_AThousandAtOnce_AreAllAnswered()
    {
        await StartAsync();
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int waiting = 0;
        _harness.Tor.OnResolve = async _ =>
        {
            if (Interlocked.Increment(ref waiting) == 1000)
                all.SetResult();
            await all.Task;
            return new ResolveAnswer([IPAddress.Parse("192.0.2.7")], null, TimeSpan.FromMinutes(1));
        };
        using UdpClient client = new(0, AddressFamily.InterNetwork);
        client.Client.ReceiveBufferSize = 1 << 20;
        for (int i = 0; i < 1000; i++)
        {
            byte[] query = Query($"host{i}.example", 1);
            BinaryPrimitives.WriteUInt16BigEndian(query, (ushort)i);
            await client.SendAsync(query, Port);
        }

        HashSet<int> answered = [];
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        while (answered.Count < 1000)
            answered.Add(BinaryPrimitives.ReadUInt16BigEndian((await client.ReceiveAsync(patience.Token)).Buffer));
    }

    [Fact]
    public async Task Isolation_FollowsTheFlags_AndPortsDoNotShare()
    {
        await StartAsync(lines: ["127.0.0.1:auto IsolateDestAddr", "127.0.0.1:auto"]);
        await AskUdpAsync(Query("a.example", 1));
        await AskUdpAsync(Query("b.example", 1));
        await AskUdpAsync(Query("a.example", 1), _server!.LocalEndPoints[1]);
        await AskUdpAsync(Query("b.example", 1), _server!.LocalEndPoints[1]);
        Assert.Equal(3, _harness.Tor.Requests.Select(request => request.Isolation).Distinct().Count());
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        await _harness.DisposeAsync();
        _meters.Dispose();
    }

    private async Task StartAsync(SocksServerOptions? options = null, AddressMapOptions? map = null, params string[] lines)
    {
        if (map is not null)
            _harness.Map.Reconfigure(map);
        _server = new DnsServer(
            options ?? new SocksServerOptions(), _harness.Tor, new DestinationMapper(_harness.Map, _ => null), new ProxyMetrics(_harness), new DnsMetrics(_meters),
            TimeProvider.System, new FakeLogger<DnsServer>());
        await _server.StartAsync((lines.Length > 0 ? lines : ["127.0.0.1:auto"]).Select(line => SocksPortOptions.Parse(line, ProxyKind.Dns)));
    }

    private static byte[] Query(string name, int type)
    {
        List<byte> packet = [.. Convert.FromHexString("0007" + "0100" + "0001" + "000000000000")];
        foreach (string label in name.Split('.'))
            packet.AddRange([(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]);
        packet.AddRange([0, (byte)(type >> 8), (byte)type, 0, 1]);
        return [.. packet];
    }

    private async Task<string> AskUdpAsync(byte[] query, IPEndPoint? port = null)
    {
        using UdpClient client = new(0, AddressFamily.InterNetwork);
        await client.SendAsync(query, port ?? Port);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        return Convert.ToHexStringLower((await client.ReceiveAsync(patience.Token)).Buffer);
    }

    /// <summary>The reply without its length; empty when the other end closes instead.</summary>
    private async Task<string> AskTcpAsync(byte[] query)
    {
        using TcpClient client = new();
        await client.ConnectAsync(Port);
        await client.GetStream().WriteAsync((byte[])[(byte)(query.Length >> 8), (byte)query.Length, .. query]);
        byte[] prefix = new byte[2];
        if (await client.GetStream().ReadAtLeastAsync(prefix, 2, throwOnEndOfStream: false) < 2)
            return "";
        byte[] reply = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        await client.GetStream().ReadExactlyAsync(reply);
        return Convert.ToHexStringLower(reply);
    }
}
