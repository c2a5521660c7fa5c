using GoTor.Node.Configuration;

namespace GoTor.Node.Tests.Configuration;

public class TorrcLexerTests
{
    private readonly List<ConfigProblem> _problems = [];

    [Theory]
    // The grammar cases of C tor 0.4.9.11, src/test/test_config.c and test_parse_conf: comments, quotes, escapes, continuations.
    [InlineData("SocksPort 9050", "SocksPort", "9050")]
    [InlineData("  SocksPort \t 9050  ", "SocksPort", "9050")]
    [InlineData("SocksPort 9050 # comment", "SocksPort", "9050")]
    [InlineData("DataDirectory \"/a b/#c\"", "DataDirectory", "/a b/#c")]
    [InlineData("DataDirectory \"\\x41\\102\\n\\\"\" # end", "DataDirectory", "AB\n\"")]
    [InlineData("SocksPort", "SocksPort", "")]
    [InlineData("Exit\\\nNodes a", "ExitNodes", "a")]
    [InlineData("ExitNodes a,\\\n# a comment in between\nb", "ExitNodes", "a,b")]
    [InlineData("SocksPort 9050\r\n", "SocksPort", "9050")]
    [InlineData("\uFEFFSocksPort 9050", "SocksPort", "9050")]
    public void Line_Wellformed_IsRead(string text, string key, string value)
    {
        ConfigLine line = Assert.Single(TorrcLexer.Read(text, "torrc", _problems));
        Assert.Equal((key, value), (line.Key, line.Value));
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData("A \"open")]
    [InlineData("A \"bad \\q\"")]
    [InlineData("A \"closed\" tail")]
    [InlineData("A \"\\x00\"")]
    [InlineData("+")]
    [InlineData("A b\0c")]
    public void Line_Malformed_IsAProblemWithItsLine(string text)
    {
        TorrcLexer.Read("# first\n" + text, "torrc", _problems);
        Assert.Equal(2, Assert.Single(_problems).Source.Line);
    }

    [Fact]
    public void Prefixes_PlusAndSlash_GiveTheMode()
    {
        List<ConfigLine> lines = TorrcLexer.Read("+SocksPort 1\n/SocksPort\nSocksPort 2", "torrc", _problems);
        Assert.Equal([ConfigLineMode.Append, ConfigLineMode.Clear, ConfigLineMode.Set], lines.Select(line => line.Mode));
    }
}
