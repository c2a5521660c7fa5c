using System.Net;
using GoTor.Client.Proxies;
using GoTor.Client.Streams;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Tests.Proxies;

public sealed class SocksServerTests
{
    private const string Succeeded5 = "0500" + "05000001000000000000";

    [Theory]
    [InlineData("\x05\x01\0\x05\x01\0\x03\x0B\x65xample.com\0\x50", Succeeded5, "example.com")]
    [InlineData("\x05\x01\0\x05\x01\0\x01\x05\x06\x07\x08\0\x50", Succeeded5, "5.6.7.8")]
    [InlineData("\x05\x01\0\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\x50", Succeeded5, "[2001:db8::1]")]
    [InlineData("\x04\x01\0\x50\x05\x06\x07\x08\0", "005a000000000000", "5.6.7.8")]
    [InlineData("\x04\x01\0\x50\0\0\0\x01\0example.com\0", "005a000000000000", "example.com")]
    public async Task Connect_EveryVersion_CarriesBytesBothWays(string request, string reply, string host)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        using Application application = await harness.ConnectAsync(request);
        Assert.Equal(reply, await application.ReadReplyAsync(reply.Length / 2));
        await application.SendAsync("hello");
        Assert.Equal("hello", await application.ReadAsync(5));

        StreamRequest asked = Assert.Single(harness.Tor.Requests);
        Assert.Equal((host, (ushort)80), (asked.Host, asked.Port));
        bool isSocks4 = request[0] == '\x04';
        Assert.Equal(host[0] != '[', asked.IPv4Traffic);
        Assert.Equal(host != "5.6.7.8" && !isSocks4, asked.IPv6Traffic);
    }

    // The kinds that our connector reports, and what C tor 0.4.9.11 (reasons.c) answers for the END reason behind each.
    [Theory]
    [InlineData(TorErrorKind.ResolveFailed, "04")]
    [InlineData(TorErrorKind.NoRoute, "04")]
    [InlineData(TorErrorKind.ConnectionRefused, "05")]
    [InlineData(TorErrorKind.StreamClosed, "05")]
    [InlineData(TorErrorKind.ExitPolicy, "02")]
    [InlineData(TorErrorKind.Timeout, "06")]
    [InlineData(TorErrorKind.NotReady, "01")]
    [InlineData(TorErrorKind.NoPath, "01")]
    [InlineData(TorErrorKind.CircuitClosed, "01")]
    [InlineData(TorErrorKind.ProtocolViolation, "01")]
    [InlineData(TorErrorKind.Internal, "01")]
    public async Task Connect_TorFails_RepliesAsCTorAndCloses(TorErrorKind kind, string code)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        harness.Tor.OnConnect = (_, _) => Task.FromException<TorStream>(new TorException(kind, "no"));
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com") + "early data");
        Assert.Equal($"050005{code}0001000000000000", await application.ReadToEndHexAsync());
        using Application old = await harness.ConnectAsync("\x04\x01\0\x50\0\0\0\x01\0example.com\0");
        Assert.Equal("005b000000000000", await old.ReadToEndHexAsync());
    }

    [Fact]
    public async Task Connect_ErrorOfOurs_StillAnswered()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        harness.Tor.OnConnect = (_, _) => throw new InvalidOperationException("a mistake");
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
        Assert.Equal("050005010001000000000000", await application.ReadToEndHexAsync());
        Assert.Single(harness.Logger.Collector.GetSnapshot(), r => r.Exception is InvalidOperationException);
    }

    [Theory]
    [InlineData("auto", "127.0.0.1", 80, "01")]
    [InlineData("auto", "printer.local", 80, "01")]
    [InlineData("auto", "example.com", 0, "01")]
    [InlineData("auto", "a.exit", 80, "01")]
    [InlineData("auto", "abc.onion", 80, "01")]
    [InlineData("auto ExtendedErrors", "abc.onion", 80, "f6")]
    [InlineData("auto", "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", 80, "04")]
    [InlineData("auto ExtendedErrors", "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", 80, "f0")]
    [InlineData("auto NoOnionTraffic", "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", 80, "02")]
    [InlineData("auto OnionTrafficOnly", "example.com", 80, "02")]
    [InlineData("auto NoDNSRequest", "example.com", 80, "02")]
    [InlineData("auto NoIPv4Traffic", "8.8.8.8", 80, "02")]
    [InlineData("auto NoIPv6Traffic", "2001:db8::1", 80, "02")]
    public async Task Connect_ForbiddenDestination_RefusedBeforeTorIsAsked(string port, string host, int destinationPort, string code)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(port);
        using Application application = await harness.ConnectAsync(Application.Connect5(host, destinationPort));
        Assert.Equal($"050005{code}0001000000000000", await application.ReadToEndHexAsync());
        Assert.Empty(harness.Tor.Requests);
    }

    [Fact]
    public async Task Connect_InternalAddressWhereThatIsAllowed_GoesToTor()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(options: new SocksServerOptions { ClientRejectInternalAddresses = false });
        using Application application = await harness.ConnectAsync(Application.Connect5("127.0.0.1"));
        Assert.Equal(Succeeded5, await application.ReadReplyAsync());
    }

    [Theory]
    [InlineData("\x06\x01", "")]
    [InlineData("\x05\0", "")]
    [InlineData("\x05\x01\x01", "05ff")]
    [InlineData("\x05\x01\0\x05\x02\0\x01\x02\x02\x02\x02\0\x50", "050005070001000000000000")]
    [InlineData("\x04\x02\0\x50\x05\x06\x07\x08\0", "005b000000000000")]
    public async Task Handshake_Bad_RefusedAndClosed(string bytes, string reply)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        using Application application = await harness.ConnectAsync(bytes);
        Assert.Equal(reply, await application.ReadToEndHexAsync());
    }

    [Fact]
    public async Task Handshake_Http_GetsWholePage()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        using Application application = await harness.ConnectAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
        string page = await application.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.0 501 ", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>\r\n", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto", "example.com", "0500" + "05000001c00002070000")]
    [InlineData("auto PreferIPv6", "example.com", "0500" + "0500000420010db80000000000000000000000070000")]
    [InlineData("auto PreferIPv6 NoIPv6Traffic", "example.com", "0500" + "05000001c00002070000")]
    [InlineData("auto", "10.0.0.1", "0500" + "050000010a0000010000")]
    public async Task Resolve_Name_AnswersWithTheAddressThePortPrefers(string port, string host, string reply)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(port);
        using Application application = await harness.ConnectAsync(Application.Connect5(host, 0, 0xF0));
        Assert.Equal(reply, await application.ReadToEndHexAsync());
    }

    [Fact]
    public async Task Resolve_Socks4_AnswersWithIPv4()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync("auto PreferIPv6");
        using Application application = await harness.ConnectAsync("\x04\xF0\0\0\0\0\0\x01\0example.com\0");
        Assert.Equal("005a0000c0000207", await application.ReadToEndHexAsync());
        using Application literal = await harness.ConnectAsync("\x04\xF0\0\0\0\0\0\x01\0\x32\x30\x30\x31:db8::1\0");
        Assert.Equal("005b000000000000", await literal.ReadToEndHexAsync());
    }

    [Fact]
    public async Task Resolve_AnswerInOurOwnNetwork_IsNoAnswer()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        harness.Tor.OnResolve = _ => Task.FromResult(new ResolveAnswer([IPAddress.Parse("192.168.1.1")], null, TimeSpan.Zero));
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com", 0, 0xF0));
        Assert.Equal("050005040001000000000000", await application.ReadToEndHexAsync());
    }

    [Fact]
    public async Task ResolvePtr_Address_AnswersWithName()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        IPAddress? asked = null;
        harness.Tor.OnResolveReverse = a =>
        {
            asked = a;
            return Task.FromResult(new ResolveAnswer([], "a.bc", TimeSpan.Zero));
        };
        using Application application = await harness.ConnectAsync("\x05\x01\0\x05\xF1\0\x01\x05\x06\x07\x08\0\0");
        Assert.Equal("0500" + "0500000304612e62630000", await application.ReadToEndHexAsync());
        Assert.Equal(IPAddress.Parse("5.6.7.8"), asked);
    }

    [Theory]
    [InlineData(TorErrorKind.ExitPolicy)]
    [InlineData(TorErrorKind.Timeout)]
    public async Task Resolve_TorFails_IsHostUnreachableWhateverTheReason(TorErrorKind kind)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        harness.Tor.OnResolve = _ => Task.FromException<ResolveAnswer>(new TorException(kind, "no"));
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com", 0, 0xF0));
        Assert.Equal("050005040001000000000000", await application.ReadToEndHexAsync());
    }

    [Theory]
    [InlineData("auto", "u", "p", null, null, null, true)]
    [InlineData("auto NoIsolateSOCKSAuth", null, null, null, null, null, true)]
    [InlineData("auto NoIsolateClientAddr", "u", "p", null, null, null, false)]
    [InlineData("auto IsolateDestAddr IsolateDestPort", "u", "p", null, "example.com", 80, true)]
    [InlineData("auto IsolateClientProtocol", "u", "p", "Socks5", null, null, true)]
    public async Task Connect_IsolationFlags_MakeTheKey(
        string port, string? user, string? password, string? protocol, string? host, int? destinationPort, bool hasAddress)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(port);
        using Application application = await harness.ConnectAsync("\x05\x02\0\x02");
        await application.ReadAsync(2);
        bool asksForPassword = user is not null;
        await application.SendAsync((asksForPassword ? "\x01\x01u\x01p" : "") + Application.Connect5("Example.com")[3..]);
        await application.ReadAsync(asksForPassword ? 12 : 10);
        Assert.Equal(
            new IsolationKey
            {
                SessionGroup = harness.Tor.Requests.Single().Isolation.SessionGroup,
                SocksUsername = user,
                SocksPassword = password,
                ClientProtocol = protocol,
                DestinationHost = host,
                DestinationPort = (ushort?)destinationPort,
                ClientAddress = hasAddress ? "127.0.0.1" : null,
            },
            harness.Tor.Requests.Single().Isolation);
    }

    [Fact]
    public async Task Connect_TwoPorts_NeverShareUnlessInOneGroup()
    {
        await using SocksHarness harness = new();
        await using SocksServer server = harness.NewServer();
        await server.StartAsync(new[] { "auto", "auto", "auto SessionGroup=3", "auto SessionGroup=3" }.Select(line => SocksPortOptions.Parse(line)));
        List<int> groups = [];
        foreach (EndPoint where in server.LocalEndPoints)
        {
            using System.Net.Sockets.Socket socket = new(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            await socket.ConnectAsync(where);
            using Application application = new(socket);
            await application.SendAsync(Application.Connect5("example.com"));
            await application.ReadAsync(12);
            groups.Add(harness.Tor.Requests.Last().Isolation.SessionGroup);
        }

        Assert.Equal(3, groups.Distinct().Count());
        Assert.Equal((3, 3), (groups[2], groups[3]));
        Assert.All(groups[..2], g => Assert.True(g < 0));
    }

    [Fact]
    public async Task Connect_KeepAliveFlag_OnlyWithCredentials()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync("auto KeepAliveIsolateSOCKSAuth");
        using Application anonymous = await harness.ConnectAsync(Application.Connect5("example.com"));
        await anonymous.ReadAsync(12);
        using Application known = await harness.ConnectAsync("\x05\x01\x02\x01\x01u\0" + Application.Connect5("example.com")[3..]);
        await known.ReadAsync(14);
        Assert.Equal([false, true], harness.Tor.Requests.Select(r => r.Isolation.KeepAlive));
    }

    [Fact]
    public async Task Metrics_RequestsAndErrors_AreCounted()
    {
        await using SocksHarness harness = new();
        using Microsoft.Extensions.Diagnostics.Metrics.Testing.MetricCollector<long> requests = new(harness, "GoTor", "gotor.socks.requests");
        using Microsoft.Extensions.Diagnostics.Metrics.Testing.MetricCollector<long> errors = new(harness, "GoTor", "gotor.socks.errors");
        using Microsoft.Extensions.Diagnostics.Metrics.Testing.MetricCollector<long> active = new(harness, "GoTor", "gotor.socks.connections.active");
        ProxyMetrics metrics = new(harness);
        metrics.Accepted();
        metrics.Requested(SocksCommand.Resolve);
        metrics.Failed(SocksReplyCode.OnionAddressInvalid);
        metrics.Refused(SocksRefusal.Http);
        metrics.Closed();
        Assert.Equal("resolve", Assert.Single(requests.GetMeasurementSnapshot()).Tags["command"]);
        Assert.Equal(["onion_service", "not_socks"], errors.GetMeasurementSnapshot().Select(m => m.Tags["reason"]));
        Assert.Equal(0, active.GetMeasurementSnapshot().Sum(m => m.Value));
    }
}
