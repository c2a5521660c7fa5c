using System.Text;
using GoTor.Protocol.ControlPort;

namespace GoTor.Protocol.Tests.ControlPort;

public sealed class ControlReplyTests
{
    [Fact]
    public void Lines_AllButTheLast_SayThatMoreFollow() =>
        Assert.Equal("250-a=1\r\n250-b=2\r\n250 OK\r\n", Text(new ControlReply().Value(250, "a", "1").Value(250, "b", "2").Line(250, "OK")));

    [Fact]
    public void Value_OfSeveralLines_GoesAsData_WithDotsDoubled() =>
        Assert.Equal(
            "250+x=\r\none\r\n..two\r\n...\r\nthree\r\n.\r\n250 OK\r\n",
            Text(new ControlReply().Value(250, "x", "one\n.two\n..\r\nthree").Line(250, "OK")));

    [Fact]
    public void Line_WithALineEndInside_StaysOneLine() =>
        Assert.Equal("552 Unrecognized key \"a  250 OK\"\r\n", Text(ControlReply.Of(552, "Unrecognized key \"a\r\n250 OK\"")));

    [Fact]
    public void Event_WithData_EndsAsItShould() =>
        Assert.Equal("650+NS\r\nr x\r\n.\r\n650 OK\r\n", Text(new ControlReply().Data(650, "NS", "r x\n").Line(650, "OK")));

    private static string Text(ControlReply reply) => Encoding.UTF8.GetString(reply.ToBytes());
}
