using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GoTor.Client.Proxies;
using GoTor.Client.Streams;

namespace GoTor.Client.Tests.Proxies;

/// <summary>What counts the handles or the memory of the process has it for itself.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneAtATime
{
    public const string Name = "One at a time";
}

/// <summary>Many applications, and real ones.</summary>
[Collection(OneAtATime.Name)]
public sealed class SocksLoadTests
{
    [Fact]
    public async Task Connect_ThousandAtOnce_AllServedAndNoHandleIsLeft()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        for (int round = 0; round < 2; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i =>
            {
                using Application application = await harness.ConnectAsync(Application.Connect5($"host{i}.example"));
                await application.ReadAsync(12);
                await application.SendAsync($"message {i}");
                string expected = $"message {i}";
                Assert.Equal(expected, await application.ReadAsync(expected.Length));
            }));
            await SocksHarness.EventuallyAsync(() => harness.Server.ConnectionCount == 0);
        }

        Assert.Equal(2000, harness.Tor.Requests.Select(r => r.Host).Count());
        if (OperatingSystem.IsLinux())
            await SocksHarness.EventuallyAsync(() => SocketsOn(((IPEndPoint)harness.Server.LocalEndPoints[0]).Port) == 1);
    }

    [Fact]
    public async Task Connect_MoreThanTheLimit_OthersWaitUntilOneLeaves()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(options: new SocksServerOptions { MaxConnections = 2 });
        Application first = await harness.ConnectAsync(Application.Connect5("a.example"));
        using Application second = await harness.ConnectAsync(Application.Connect5("b.example"));
        await first.ReadAsync(12);
        await second.ReadAsync(12);
        using Application third = await harness.ConnectAsync(Application.Connect5("c.example"));
        Assert.Equal(2, harness.Server.ConnectionCount);
        first.Dispose();
        await third.ReadAsync(12);
        Assert.Equal(3, harness.Tor.Requests.Count);
    }

    [SkippableFact]
    public async Task Connect_Curl_GetsItsAnswerByName()
    {
        Skip.IfNot(File.Exists("/usr/bin/curl"), "curl is not here");
        await using SocksHarness harness = await SocksHarness.StartAsync();
        harness.Tor.OnConnect = (_, _) =>
        {
            FakeTorStream stream = new();
            stream.Send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n"u8.ToArray());
            return Task.FromResult<TorStream>(stream);
        };
        int port = ((IPEndPoint)harness.Server.LocalEndPoints[0]).Port;
        foreach (string proxy in new[] { $"socks5h://user:pass@127.0.0.1:{port}", $"socks4a://127.0.0.1:{port}" })
        {
            ProcessStartInfo start = new("/usr/bin/curl", ["-sS", "--max-time", "20", "-x", proxy, "http://canary.example/"]) { RedirectStandardOutput = true };
            using Process curl = Process.Start(start)!;
            string output = await curl.StandardOutput.ReadToEndAsync();
            await curl.WaitForExitAsync();
            Assert.Equal((0, "hello\n"), (curl.ExitCode, output));
        }

        Assert.Equal(["canary.example", "canary.example"], harness.Tor.Requests.Select(r => r.Host));
        Assert.Equal(["user", null], harness.Tor.Requests.Select(r => r.Isolation.SocksUsername));
    }

    [SkippableFact]
    public async Task Listen_UnixSocket_HasItsModeAndIsReplacedOnlyWhenStale()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "modes and sockets in the file system are Unix's");
        string directory = System.IO.Directory.CreateTempSubdirectory("gotor-socks-").FullName;
        string path = Path.Combine(directory, "socks");
        await using (SocksHarness harness = await SocksHarness.StartAsync($"unix:{path} WorldWritable"))
        {
            Assert.Equal((UnixFileMode)0b110_110_110, Mode(path));
            using Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
            await application.ReadAsync(12);
            Assert.Null(harness.Tor.Requests.Single().Isolation.ClientAddress);

            await using SocksServer second = harness.NewServer();
            IOException inUse = await Assert.ThrowsAnyAsync<IOException>(() => second.StartAsync([SocksPortOptions.Parse("unix:" + path)]));
            Assert.Contains(path, inUse.Message, StringComparison.Ordinal);
        }

        Assert.False(Path.Exists(path));
        using (Socket killed = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            killed.Bind(new UnixDomainSocketEndPoint(path));
        await using (SocksHarness harness = await SocksHarness.StartAsync("unix:" + path))
            Assert.Equal((UnixFileMode)0b110_000_000, Mode(path));

        File.WriteAllText(path, "not a socket");
        await Assert.ThrowsAnyAsync<IOException>(() => SocksHarness.StartAsync("unix:" + path));
        Assert.Equal("not a socket", File.ReadAllText(path));
        File.Delete(path);
        await Assert.ThrowsAnyAsync<IOException>(() => SocksHarness.StartAsync("unix:/tmp/gotor-test-socks"));
        System.IO.Directory.Delete(directory);

        static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
    }

    [Fact]
    public async Task Start_OnePortInUse_OpensNone()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        int taken = ((IPEndPoint)harness.Server.LocalEndPoints[0]).Port;
        await using SocksServer second = harness.NewServer();
        IOException e = await Assert.ThrowsAnyAsync<IOException>(
            () => second.StartAsync([SocksPortOptions.Parse("auto"), SocksPortOptions.Parse($"127.0.0.1:{taken}")]));
        Assert.Contains($"127.0.0.1:{taken}", e.Message, StringComparison.Ordinal);
        Assert.Empty(second.LocalEndPoints);
    }

    [Fact]
    public async Task Start_RightAfterStoppingOnTheSamePort_Succeeds()
    {
        int port;
        await using (SocksHarness harness = await SocksHarness.StartAsync())
        {
            port = ((IPEndPoint)harness.Server.LocalEndPoints[0]).Port;

            // We close first, so that the connection stays behind in TIME_WAIT.
            using Application application = await harness.ConnectAsync("\x06\x01");
            await application.ReadToEndAsync();
        }

        await using SocksHarness again = await SocksHarness.StartAsync($"127.0.0.1:{port}");
        Assert.Equal(port, ((IPEndPoint)again.Server.LocalEndPoints[0]).Port);
    }

    [Fact]
    public async Task Connect_IdleApplications_CostLittleMemory()
    {
        const int Count = 1000;
        await using SocksHarness harness = await SocksHarness.StartAsync();
        List<Application> idle = [];
        for (int i = 0; i < 20; i++)
            idle.Add(await harness.ConnectAsync());
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Count; i++)
            idle.Add(await harness.ConnectAsync());
        await SocksHarness.EventuallyAsync(() => harness.Server.ConnectionCount == Count + 20);
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
        idle.ForEach(a => a.Dispose());

        // Both ends are in this process: 4 KiB for ours and a little for the application's.
        Assert.InRange(each, long.MinValue, 5 * 1024);
    }

    private static int SocketsOn(int port) =>
        File.ReadLines("/proc/net/tcp").Count(l => l.Contains($":{port:X4} ", StringComparison.Ordinal) && !l.Contains(" 06 ", StringComparison.Ordinal));
}
