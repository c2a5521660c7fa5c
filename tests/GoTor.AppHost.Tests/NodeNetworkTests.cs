using Microsoft.Extensions.Configuration;

namespace GoTor.AppHost.Tests;

public sealed class NodeNetworkTests
{
    [Fact]
    public void Nothing_Given_IsTheSandboxThatSaysThatItHidesNothing()
    {
        NodeNetwork network = From([]);

        Assert.Contains("--sandbox-traffic", network.Arguments);
        Assert.Contains("hides nothing", network.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Sandbox_WithATorrc_IsTheNetworkOfTheTorrcAndNoSandbox()
    {
        string torrc = typeof(NodeNetworkTests).Assembly.Location;

        NodeNetwork network = From(new() { [NodeNetwork.NameVariable] = "sandbox", [NodeNetwork.TorrcVariable] = torrc });

        Assert.Equal(["--torrc-file", torrc], network.Arguments);
        Assert.Contains(torrc, network.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Public_NeedsNothing()
    {
        NodeNetwork network = From(new() { [NodeNetwork.NameVariable] = "public" });

        Assert.Empty(network.Arguments);
        Assert.Contains("public", network.Note, StringComparison.Ordinal);
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
