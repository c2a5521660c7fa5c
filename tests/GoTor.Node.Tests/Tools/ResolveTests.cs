using System.Net;
using System.Net.Sockets;
using GoTor.Node.Tools;

namespace GoTor.Node.Tests.Tools;

/// <summary>The lookup tool against a SOCKS port that says what the test wants. Bytes from socks-extensions §2.</summary>
public sealed class ResolveTests
{
    [Fact]
    public async Task Name_IsAskedForWithResolve_AndItsAddressPrinted()
    {
        (ToolRun run, byte[] asked) = await AskAsync([5, 0, 0, 1, 192, 0, 2, 7, 0, 0], "resolve", "example.com");
        Assert.Equal("192.0.2.7", run.Succeeded().Output.Trim());
        Assert.Equal([5, 0xF0, 0, 3, 11, .. "example.com"u8, 0, 0], asked);
    }

    [Fact]
    public async Task Address_IsAskedForWithResolvePtr_AndItsNamePrinted()
    {
        (ToolRun run, byte[] asked) = await AskAsync([5, 0, 0, 3, 4, .. "host"u8, 0, 0], "resolve", "-x", "192.0.2.7");
        Assert.Equal("host", run.Succeeded().Output.Trim());
        Assert.Equal([5, 0xF1, 0, 1, 192, 0, 2, 7, 0, 0], asked);
    }

    [Fact]
    public async Task IPv6_GoesBothWays()
    {
        (ToolRun run, byte[] asked) = await AskAsync([5, 0, 0, 4, .. IPAddress.Parse("2001:db8::7").GetAddressBytes(), 0, 0], "tor-resolve", "example.com");
        Assert.Equal("2001:db8::7", run.Succeeded().Output.Trim());
        (_, asked) = await AskAsync([5, 0, 0, 3, 1, (byte)'h', 0, 0], "resolve", "2001:db8::7");
        Assert.Equal(4, asked[3]);
    }

    [Theory]
    [InlineData(4, "example.com", "no such name")]
    [InlineData(1, "a.onion", "onion service")]
    public async Task Refusal_IsExplained(byte code, string name, string words)
    {
        (ToolRun run, _) = await AskAsync([5, code, 0, 1, 0, 0, 0, 0, 0, 0], "resolve", name);
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_ThatIsNoSocksPort_IsSaid()
    {
        (ToolRun run, _) = await AskAsync("HTTP/1.1 400 Bad Request\r\n"u8.ToArray(), "resolve", "example.com");
        Assert.Equal(ExitCodes.Unreachable, run.ExitCode);
    }

    private static async Task<(ToolRun Run, byte[] Asked)> AskAsync(byte[] answer, params string[] arguments)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<byte[]> serving = ServeAsync(listener, answer);
        string[] port = arguments[0] == "tor-resolve" ? [listener.LocalEndpoint.ToString()!] : ["--socks", listener.LocalEndpoint.ToString()!];
        ToolRun run = await ToolRun.Async([.. arguments, .. port]);
        return (run, await serving);
    }

    private static async Task<byte[]> ServeAsync(TcpListener listener, byte[] answer)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        byte[] greeting = new byte[3];
        await stream.ReadExactlyAsync(greeting);
        await stream.WriteAsync(new byte[] { 5, 0 });
        byte[] request = new byte[300];
        int length = await stream.ReadAsync(request);
        await stream.WriteAsync(answer);
        return request[..length];
    }
}
