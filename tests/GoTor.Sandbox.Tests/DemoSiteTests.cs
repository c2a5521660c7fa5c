using System.Net.Sockets;
using System.Text;
using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;

namespace GoTor.Sandbox.Tests;

[Collection(SharedSandbox.Name)]
public sealed class DemoSiteTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Page_ShowsTheThreeRelaysOnTheWay()
    {
        string page = await GetAsync("/");

        Assert.Contains("SANDBOX: hides nothing", page, StringComparison.Ordinal);
        Assert.Contains("You came through 3 relays", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_NamesAGuardFirstAndAnExitLast()
    {
        string[] path = (await GetAsync("/path")).Split("\r\n\r\n")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, path.Distinct().Count());
        Assert.StartsWith("guard", path[0], StringComparison.Ordinal);
        Assert.StartsWith("exit", path[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownPage_IsNotFound() => Assert.StartsWith("HTTP/1.1 404 ", await GetAsync("/nothing"), StringComparison.Ordinal);

    private async Task<string> GetAsync(string path)
    {
        using Socket socket = await SocksClient.ConnectAsync(fixture.Client.Socks, "demo.sandbox", 80);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: demo.sandbox\r\n\r\n"));
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(SandboxFixture.Patience);
    }
}
