using System.Diagnostics;
using System.Text;
using GoTor.Client.ControlPort.Info;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Testing.Network;

namespace GoTor.Client.Tests.ControlPort;

public sealed class RelayTextTests
{
    // Tor Browser reads the "r" line's eight fields and the "a" line; fields and their order are those of C tor's fmt_routerstatus.c.
    [Fact]
    public void Status_HasCTorsLines()
    {
        Relay relay = SyntheticNetwork.Relay(7, SyntheticNetwork.UsualGuard | RelayFlags.Exit, bandwidth: 42).At("192.0.2.1:443", "[2001:db8::1]:9001");
        StringBuilder text = new();
        RelayText.AppendStatus(text, relay);
        string id = Convert.ToBase64String(relay.RsaIdentity.AsSpan()).TrimEnd('=');
        string digest = Convert.ToBase64String(relay.MicrodescriptorDigest.AsSpan()[..20]).TrimEnd('=');
        Assert.Equal(
            $"r relay7 {id} {digest} 2038-01-01 00:00:00 192.0.2.1 443 0\na [2001:db8::1]:9001\ns Exit Fast Guard Running Stable V2Dir Valid\nw Bandwidth=42\n",
            text.ToString());
    }

    [Fact]
    public void AllStatuses_OfNineThousandRelays_TakeMilliseconds()
    {
        NetworkSnapshot network = SyntheticNetwork.Of([.. Enumerable.Range(0, 9000).Select(i => SyntheticNetwork.Relay(i))]);
        RelayText.AllStatuses(network);
        long started = Stopwatch.GetTimestamp();
        string text = RelayText.AllStatuses(network);
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        Assert.Equal(9000, text.Split('\n').Count(line => line.StartsWith("r ", StringComparison.Ordinal)));
        Assert.True(took < TimeSpan.FromSeconds(1), $"{took.TotalMilliseconds} ms");
    }

    [Fact]
    public void Find_KnowsFingerprintsAndNicknames()
    {
        NetworkSnapshot network = SyntheticNetwork.Of([SyntheticNetwork.Relay(1), SyntheticNetwork.Relay(2)]);
        string id = SyntheticNetwork.Identity(2).ToString();
        foreach (string name in (string[])[id, "$" + id, $"${id}~relay2", $"${id}=relay2", "relay2", "RELAY2"])
            Assert.Equal("relay2", RelayText.Find(network, name)?.Nickname);
        foreach (string name in (string[])[$"${id}~relay1", "relay3", "Unnamed", "", "$"])
            Assert.Null(RelayText.Find(network, name));
    }
}
