using System.Net.Sockets;
using GoTor.Client.ControlPort;
using GoTor.Client.ControlPort.Info;
using GoTor.Protocol.ControlPort;

namespace GoTor.Client.Tests.ControlPort;

public sealed class InfoKeysTests
{
    [Fact]
    public void KeysThatAskForTooMuch_AreRefusedAtTheLimit()
    {
        InfoKeys keys = new(new ControlCommands());
        string text = new('x', InfoKeys.MaxAnswerLength / 4);
        int asked = 0;
        keys.Add("big", null, () =>
        {
            asked++;
            return text;
        });
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using ControlSession session = new(socket, null!);

        byte[] reply = keys.Answer(session, [.. Enumerable.Repeat("big", 150_000)]).ToBytes();

        Assert.StartsWith("551 ", System.Text.Encoding.UTF8.GetString(reply), StringComparison.Ordinal);
        Assert.Equal(4, asked);
    }
}
