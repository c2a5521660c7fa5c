using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Scenarios;

/// <summary>
/// The whole node under strace with a mixed load: every address that it hands to the kernel must be a relay's ORPort or one of its own
/// listeners. No name server, no name service socket, no datagram, and no resolver file.
/// </summary>
public abstract partial class LeakGateScenario(TestNetwork network)
{
    private static readonly string[] ResolverFiles = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "nscd"];

    [SkippableFact]
    public async Task MixedLoad_UnderStrace_TouchesNothingButRelays()
    {
        string strace = await RequireStraceAsync();
        string folder = network.NewFolder("traced");
        string trace = Path.Combine(folder, "trace");
        // Without HOME the runtime asks the system's user database where it is, and that may look like a name lookup.
        await using ClientProcess client = ClientProcess.Start(
            TestNetwork.Program, folder, network.ClientTorrcLines,
            [strace, "-f", "-qq", "-o", trace, "-e", "trace=network,open,openat", "-E", "DOTNET_EnableDiagnostics=0", "-E", $"HOME={folder}"]);
        await client.BootstrappedAsync();

        await LoadAsync(client);
        await SendNonsenseAsync(client.Socks);
        await Fetch.BytesAsync(client.Socks, network.Target, 1000);
        await client.StopAsync();

        string[] lines = await File.ReadAllLinesAsync(trace);
        IPEndPoint[] orPorts = [.. network.Relays.Select(relay => relay.OrPort)];
        HashSet<IPEndPoint> allowed = [.. orPorts, client.Socks, new IPEndPoint(IPAddress.Loopback, 0)];
        Assert.Contains(lines, line => Addresses(line).Intersect(orPorts).Any());
        Assert.DoesNotContain(lines, line => IsOutgoing(line) && Addresses(line).Any(address => !allowed.Contains(address)));
        Assert.DoesNotContain(lines, line => IsOutgoing(line) && line.Contains("AF_UNIX", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => ResolverFiles.Any(file => line.Contains(file, StringComparison.Ordinal)));
        // The runtime opens and closes one of each family to see what the machine has.
        Assert.All(lines.Select(line => DatagramSocket().Match(line)).Where(match => match.Success).GroupBy(match => match.Value), family => Assert.Single(family));
    }

    private async Task LoadAsync(ClientProcess client)
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Fetch.BytesAsync(client.Socks, network.Target, 200_000, $"user {i % 3}", $"canary{i}.test")));
        await SocksClient.ResolveAsync(client.Socks, "canary.test");
        await SocksClient.ResolvePtrAsync(client.Socks, network.ReverseAddress);
        foreach (string bad in new[] { "nx.canary.test", "canary.invalid", "localhost", "canary.local", "203.0.113.5.test.", "[::1]", "xn--canary.invalid" })
            await FailsAsync(() => SocksClient.ConnectAsync(client.Socks, bad, 53));
        await FailsAsync(() => SocksClient.ResolveAsync(client.Socks, "nx.canary.test"));
        await FailsAsync(() => SocksClient.ConnectAsync(client.Socks, "127.0.0.1", PortFinder.Free(IPAddress.Loopback).Port));
        await FailsAsync(() => SocksClient.ConnectAsync(client.Socks, "canarycanarycanarycanarycanarycanarycanarycanarycanary22.onion", 80));
    }

    /// <summary>Whatever comes back, or nothing, is right here: other tests look at the answers.</summary>
    private static async Task FailsAsync(Func<Task> request)
    {
        try
        {
            await request().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException)
        {
            // As expected.
        }
    }

    private static async Task SendNonsenseAsync(IPEndPoint socks)
    {
        byte[][] requests =
        [
            "GET http://canary.test/ HTTP/1.1\r\nHost: canary.test\r\n\r\n"u8.ToArray(),
            [5, 255, 1],
            [5, 1, 0, 5, 3, 0, 1, 127, 0, 0, 1, 0, 53], // UDP ASSOCIATE
            [5, 1, 0, 5, 2, 0, 1, 127, 0, 0, 1, 0, 53], // BIND
            [4, 9, 0, 53, 0, 0, 0, 1, 0, .. "canary.test\0"u8],
            [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3],
        ];
        foreach (byte[] request in requests)
        {
            using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(socks);
            await socket.SendAsync(request);
            socket.Shutdown(SocketShutdown.Send);
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
            await FailsAsync(async () =>
            {
                while (await socket.ReceiveAsync(new byte[4096], limit.Token) > 0)
                    continue;
            });
        }
    }

    private static async Task<string> RequireStraceAsync()
    {
        Skip.If(TorTools.Find("strace") is null, "strace is not installed");
        string strace = TorTools.Find("strace")!;
        try
        {
            await ChildProcess.RunAsync(strace, "", CancellationToken.None, "-o", "/dev/null", "/bin/true");
        }
        catch (InvalidOperationException)
        {
            Skip.If(true, "strace may not trace here");
        }

        return strace;
    }

    /// <summary>A call that gives the kernel an address to use; <c>accept</c> and <c>getsockname</c> only get one.</summary>
    private static bool IsOutgoing(string line) => OutgoingCall().IsMatch(line);

    private static IEnumerable<IPEndPoint> Addresses(string line) =>
        from Match match in SocketAddress().Matches(line)
        let address = IPAddress.Parse(match.Groups["v4"].Success ? match.Groups["v4"].Value : match.Groups["v6"].Value)
        select new IPEndPoint(
            address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address,
            int.Parse(match.Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\b(connect|bind|sendto|sendmsg|sendmmsg)\(")]
    private static partial Regex OutgoingCall();

    [GeneratedRegex(@"sin6?_port=htons\((?<port>\d+)\).*?(inet_addr\(""(?<v4>[^""]+)""\)|inet_pton\(AF_INET6, ""(?<v6>[^""]+)"")")]
    private static partial Regex SocketAddress();

    [GeneratedRegex(@"socket\(AF_\w+, SOCK_(DGRAM|RAW|PACKET)")]
    private static partial Regex DatagramSocket();
}

[Collection(OnSandbox.Name)]
public sealed class LeakGateOnSandboxTests(SandboxNetwork network) : LeakGateScenario(network);

[Collection(OnCTor.Name)]
public sealed class LeakGateOnCTorTests(CTorNetwork network) : LeakGateScenario(network);
