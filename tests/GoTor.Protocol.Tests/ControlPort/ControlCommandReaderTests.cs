using System.Text;
using GoTor.Protocol.ControlPort;

namespace GoTor.Protocol.Tests.ControlPort;

public sealed class ControlCommandReaderTests
{
    [Theory]
    [InlineData("GETINFO version\r\n", "GETINFO", "version", null)]
    [InlineData("getinfo  version  net/x \n", "getinfo", "version  net/x", null)]
    [InlineData("QUIT\n", "QUIT", "", null)]
    [InlineData("\r\n", "", "", null)]
    [InlineData("GETINFO version\0foo\r\n", "GETINFO", "version", null)]
    [InlineData("+LOADCONF\r\nSocksPort 0\r\n..a\r\n.b\r\n.\r\n", "+LOADCONF", "", "SocksPort 0\n.a\nb\n")]
    [InlineData("+POSTDESCRIPTOR cache=no\nx\n.\n", "+POSTDESCRIPTOR", "cache=no", "x\n")]
    [InlineData("+LOADCONF\r\n.\r\n", "+LOADCONF", "", "")]
    public void Command_SplitAnywhere_IsRead(string text, string name, string line, string? data)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "NEXT\r\n");
        for (int split = 0; split <= bytes.Length; split++)
        {
            ControlCommandReader reader = new();
            List<ControlCommand> commands = [];
            foreach (byte[] part in (byte[][])[bytes[..split], bytes[split..]])
            {
                reader.Append(part);
                while (reader.Read(isOpen: true, out ControlCommand? command) == ControlReadStatus.Command)
                    commands.Add(command!);
            }

            Assert.Equal([(name, line, data), ("NEXT", "", null)], commands.Select(command => (command.Name, command.Line, command.Data)));
            Assert.Equal(0, reader.Length);
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.0\r\n\r\n", (int)ControlReadStatus.Http)]
    [InlineData("POST ", (int)ControlReadStatus.Http)]
    [InlineData("CONNECT example.com:80", (int)ControlReadStatus.Http)]
    [InlineData("\0\u0001\0\u0003abc", (int)ControlReadStatus.Version0)]
    [InlineData("GETINFO version", (int)ControlReadStatus.NeedMore)]
    [InlineData("+LOADCONF\r\na\r\n", (int)ControlReadStatus.NeedMore)]
    public void Stranger_IsKnownByItsFirstBytes(string text, int status)
    {
        ControlCommandReader reader = new();
        reader.Append(Encoding.UTF8.GetBytes(text));
        Assert.Equal((ControlReadStatus)status, reader.Read(isOpen: false, out _));
    }

    [Theory]
    [InlineData(true, "GETINFO ", ControlCommandReader.MaxLength)]
    [InlineData(false, "AUTHENTICATE ", ControlCommandReader.MaxFirstLength)]
    [InlineData(true, "+LOADCONF\r\n", ControlCommandReader.MaxLength)]
    public void Command_LongerThanTheLimit_IsRefusedBeforeItsEnd(bool isOpen, string start, int limit)
    {
        ControlCommandReader reader = new();
        reader.Append(Encoding.ASCII.GetBytes(start));
        byte[] more = Encoding.ASCII.GetBytes(start[0] == '+' ? string.Concat(Enumerable.Repeat("line\r\n", 700)) : new string('x', 4096));
        int sent = start.Length;
        while (reader.Read(isOpen, out _) == ControlReadStatus.NeedMore)
        {
            reader.Append(more);
            sent += more.Length;
            Assert.True(sent <= limit + more.Length);
        }

        Assert.Equal(ControlReadStatus.TooLong, reader.Read(isOpen, out _));
    }
}
