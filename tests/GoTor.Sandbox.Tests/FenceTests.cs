using System.Net;
using System.Text.RegularExpressions;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Tests;

/// <summary>A relay or authority of ours can never be one of the public network: there is no way for it to listen, to dial, or to be believed.</summary>
public sealed class FenceTests
{
    // Each makes sockets for loopback alone, and is tested for that below or beside what it is part of.
    private static readonly string[] s_sockets = ["Circuits/StreamTarget.cs", "Directories/DirectoryPort.cs", "Relays/SandboxRelay.cs"];

    [Fact]
    public void Sockets_AreMadeInFewPlaces()
    {
        string[] makers = Files(@"new Socket\(|new TcpListener\(|new TcpClient|new UdpClient|Socket\.Connect");

        Assert.Equal(s_sockets, makers);
    }

    [Theory]
    [InlineData(@"PublicNetwork")]
    [InlineData(@"IPAddress\.(IPv6)?Any\b")]
    [InlineData(@"\bDns\.")]
    [InlineData(@"HttpClient|WebRequest")]
    [InlineData(@"UseShellExecute|Process\.Start")]
    public void Sources_DoNotKnowTheWorld(string pattern) => Assert.Empty(Files(pattern));

    [Fact]
    public void Assembly_IsNoClient_AndLooksUpNoNames()
    {
        string[] references = [.. typeof(TorSandbox).Assembly.GetReferencedAssemblies().Select(name => name.Name!)];

        Assert.DoesNotContain("GoTor.Client", references);
        Assert.DoesNotContain("System.Net.NameResolution", references);
        Assert.DoesNotContain("System.Net.Http", references);
    }

    [Fact]
    public async Task Network_ListensOnLoopback_WithIdentitiesThatNobodyTrusts()
    {
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Authorities = 2, Guards = 1, Middles = 1, Exits = 1 });

        Assert.All(network.Relays, relay => Assert.True(IPAddress.IsLoopback(relay.Address.OrPort.Address)));
        Assert.Empty(network.ClientOptions.Authorities.Select(a => a.V3Identity).Intersect(PublicNetwork.Authorities.Select(a => a.V3Identity)));
        // A client of the public network does not take our consensus, whoever sends it: none of those who sign it has a say there.
        Consensus consensus = Consensus.Parse(network.Archive.Current!.Microdesc.Document.Plain.Span);
        Assert.Empty(consensus.Signatures.Select(s => s.Certificate.Identity).Intersect(PublicNetwork.Authorities.Select(a => a.V3Identity ?? default)));
    }

    [Fact]
    public void Keys_AreNeverTakenFromOutside_AndNeverWritten() =>
        // The one file that is ever written is the torrc that somebody asks for.
        Assert.Equal(["TorSandbox.cs"], Files(@"\bFile\.|FileStream|StreamWriter|Directory\.Create"));

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("2001:db8::1")]
    public void Relay_OutsideOfThisMachine_CannotBeMade(string address) =>
        Assert.Throws<ArgumentException>(() => new RelayAddress(default, null, new IPEndPoint(IPAddress.Parse(address), 443)));

    private static string[] Files(string pattern)
    {
        string root = Path.Combine(Repository(), "GoTor.Node", "GoTor.Sandbox");
        return
        [
            .. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Where(file => !Regex.IsMatch(Path.GetRelativePath(root, file), @"^(bin|obj)[/\\]"))
                .Where(file => Regex.IsMatch(File.ReadAllText(file), pattern))
                .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];
    }

    internal static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GoTor.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside a checkout.");
    }
}
