using Microsoft.Extensions.Configuration;

namespace GoTor.AppHost.Tests;

public sealed class NodeNetworkTests
{
    [Fact]
    public void Nothing_Given_IsTheSandboxThatSaysWhatIsMissing()
    {
        NodeNetwork network = From([]);

        Assert.False(network.IsKnown);
        Assert.Contains(NodeNetwork.TorrcVariable, network.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Sandbox_WithATorrc_IsKnown()
    {
        string torrc = typeof(NodeNetworkTests).Assembly.Location;

        NodeNetwork network = From(new() { [NodeNetwork.NameVariable] = "sandbox", [NodeNetwork.TorrcVariable] = torrc });

        Assert.Equal(new NodeNetwork(NodeNetwork.Sandbox, torrc), network);
        Assert.Null(network.Note);
    }

    [Fact]
    public void Public_NeedsNothing()
    {
        NodeNetwork network = From(new() { [NodeNetwork.NameVariable] = "public" });

        Assert.True(network.IsKnown);
        Assert.Null(network.Torrc);
    }

    [Fact]
    public void UnknownNetwork_IsRefused() =>
        Assert.Contains("'elsewhere'", Refused(new() { [NodeNetwork.NameVariable] = "elsewhere" }), StringComparison.Ordinal);

    [Fact]
    public void MissingTorrc_IsRefused() =>
        Assert.Contains("/no/such/torrc", Refused(new() { [NodeNetwork.TorrcVariable] = "/no/such/torrc" }), StringComparison.Ordinal);

    private static string Refused(Dictionary<string, string?> settings) =>
        Assert.Throws<InvalidOperationException>(() => From(settings)).Message;

    private static NodeNetwork From(Dictionary<string, string?> settings) =>
        NodeNetwork.From(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
