using GoTor.Protocol.ControlPort;

namespace GoTor.Protocol.Tests.ControlPort;

/// <summary>Quoted strings and arguments: the cases of C tor 0.4.9.11's src/test/test_controller.c and test_config.c, and what that version answered.</summary>
public sealed class ControlSyntaxTests
{
    private static readonly ControlSyntax Assignments = new() { MaxArguments = 0, TakesKeywords = true, Style = KeyValueStyle.OmitValues | KeyValueStyle.Quoted };
    private static readonly ControlSyntax Secret = new() { MaxArguments = 0, TakesKeywords = true, Style = KeyValueStyle.OmitKeys | KeyValueStyle.QString };

    [Theory]
    [InlineData("a=b c=\"d e\" f", "a=b;c=d e;f=")]
    [InlineData("Log=\"notice file /tmp/x\"", "Log=notice file /tmp/x")]
    [InlineData("A=\"x\\\"y\\\\z\\n\\x41\\101\"", "A=x\"y\\z\nAA")]
    [InlineData("a=", "a=")]
    [InlineData("a=\"\"", "a=")]
    [InlineData("path=\"\\303\\244\"", "path=ä")]
    public void Assignments_AreRead(string line, string expected)
    {
        (ControlArguments? arguments, string? problem) = Assignments.Parse(new ControlCommand("SETCONF", line, null));
        Assert.Null(problem);
        Assert.Equal(expected, string.Join(';', arguments!.Keywords.Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Theory]
    [InlineData("\"x")]
    [InlineData("a=\"b")]
    [InlineData("a=\"\\q\"")]
    [InlineData("a=\"\\x00\"")]
    [InlineData("=b")]
    [InlineData("\"keyless\"")]
    public void Assignments_ThatAreNone_AreRefused(string line) =>
        Assert.Equal("Cannot parse keyword argument(s)", Assignments.Parse(new ControlCommand("SETCONF", line, null)).Problem);

    [Theory]
    [InlineData("\"two \\\"words\\\"\"", "two \"words\"")]
    [InlineData("\"\\n\"", "n")]
    [InlineData("abcd", "abcd")]
    public void Secret_IsOneValue(string line, string expected) =>
        Assert.Equal([KeyValuePair.Create("", expected)], Secret.Parse(new ControlCommand("AUTHENTICATE", line, null)).Arguments!.Keywords);

    [Theory]
    [InlineData(1, 1, "", "Need at least 1 argument(s)")]
    [InlineData(1, 1, "a b", "Cannot accept more than 1 argument(s)")]
    [InlineData(0, 0, "x", "Cannot accept more than 0 argument(s)")]
    public void Arguments_TooFewOrMany_AreRefusedInCTorsWords(int min, int max, string line, string problem) =>
        Assert.Equal(problem, new ControlSyntax { MinArguments = min, MaxArguments = max }.Parse(new ControlCommand("SIGNAL", line, null)).Problem);

    [Fact]
    public void Keyword_ThatIsNotKnown_IsNamed()
    {
        ControlSyntax attach = new() { MinArguments = 2, MaxArguments = 2, TakesKeywords = true, Keywords = ["HOP"] };
        Assert.Equal("5", attach.Parse(new ControlCommand("ATTACHSTREAM", "1 2 hop=5", null)).Arguments!.Find("HOP"));
        Assert.Equal("Unrecognized keyword argument \"HAP\"", attach.Parse(new ControlCommand("ATTACHSTREAM", "1 2 HAP=5", null)).Problem);
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a\"b\\c'd", "\"a\\\"b\\\\c\\'d\"")]
    [InlineData("line\r\n\t\u0001", "\"line\\r\\n\\t\\001\"")]
    [InlineData("ä", "\"\\303\\244\"")]
    public void Quote_EscapesAsCTorDoes_AndReadsBack(string text, string quoted)
    {
        Assert.Equal(quoted, QuotedText.Quote(text));
        int position = 0;
        Assert.Equal(text, QuotedText.ReadCString(quoted, ref position));
        Assert.Equal(quoted.Length, position);
    }
}
