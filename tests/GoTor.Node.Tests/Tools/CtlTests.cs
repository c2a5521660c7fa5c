using System.Text.Json;
using GoTor.Node.Tools;

namespace GoTor.Node.Tests.Tools;

/// <summary>The control tool against a node that says what the test wants.</summary>
public sealed class CtlTests
{
    /// <summary>From control-spec §4.1.1 and C tor 0.4.9.11's answers.</summary>
    private const string Circuits = """
        7 BUILT $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA~guard,$BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB~middle,$CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC~exit BUILD_FLAGS=IS_INTERNAL,NEED_CAPACITY PURPOSE=GENERAL TIME_CREATED=2026-01-02T03:04:05.678901
        8 LAUNCHED BUILD_FLAGS=NEED_CAPACITY PURPOSE=HS_CLIENT_REND TIME_CREATED=2026-01-02T03:04:06.000000
        """;

    [Fact]
    public async Task Circuits_AsJson_NameIdStatePathAndPurpose()
    {
        await using ScriptedNode node = ScriptedNode.WithInfo("circuit-status", Circuits);
        ToolRun run = (await ToolRun.Async("ctl", "circuits", "--json", "--control", node.Address)).Succeeded();
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement first = json.RootElement[0];
        Assert.Equal(("7", "BUILT", "GENERAL"), (first.GetProperty("id").GetString(), first.GetProperty("state").GetString(), first.GetProperty("purpose").GetString()));
        Assert.Equal(["guard", "middle", "exit"], first.GetProperty("path").EnumerateArray().Select(hop => hop.GetString()!));
        Assert.Equal("2026-01-02 03:04:05", first.GetProperty("created").GetString());
        Assert.Equal("HS_CLIENT_REND", json.RootElement[1].GetProperty("purpose").GetString());
        Assert.Equal(0, json.RootElement[1].GetProperty("path").GetArrayLength());
    }

    [Fact]
    public async Task Circuits_ForPeople_AreATable()
    {
        await using ScriptedNode node = ScriptedNode.WithInfo("circuit-status", Circuits);
        string output = (await ToolRun.Async("torctl", "-control", node.Address, "circuits")).Succeeded().Output;
        Assert.Contains("guard, middle, exit", output, StringComparison.Ordinal);
        Assert.Contains("Purpose", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_AsJson_NameTargetAndCircuit()
    {
        await using ScriptedNode node = ScriptedNode.WithInfo("stream-status", "12 SUCCEEDED 7 www.example.com:443 PURPOSE=USER CLIENT_PROTOCOL=SOCKS5\n13 NEW 0 a.example:80");
        using JsonDocument json = JsonDocument.Parse((await ToolRun.Async("ctl", "streams", "--json", "--control", node.Address)).Succeeded().Output);
        Assert.Equal("www.example.com:443", json.RootElement[0].GetProperty("target").GetString());
        Assert.Equal("7", json.RootElement[0].GetProperty("circuit").GetString());
        Assert.Equal(JsonValueKind.Null, json.RootElement[1].GetProperty("circuit").ValueKind);
    }

    [Fact]
    public async Task Guards_NameNicknameStateAndTime()
    {
        await using ScriptedNode node = ScriptedNode.WithInfo("entry-guards", "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA~one up\n$BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB~two down 2026-01-02 03:04:05");
        using JsonDocument json = JsonDocument.Parse((await ToolRun.Async("ctl", "guards", "--json", "--control", node.Address)).Succeeded().Output);
        Assert.Equal("one", json.RootElement[0].GetProperty("nickname").GetString());
        Assert.Equal("2026-01-02 03:04:05", json.RootElement[1].GetProperty("since").GetString());
    }

    [Fact]
    public async Task Top_WithoutTerminal_PrintsOneLookPerCount()
    {
        await using ScriptedNode node = ScriptedNode.WithInfo("circuit-status", Circuits);
        string output = (await ToolRun.Async("ctl", "top", "--json", "--count", "2", "--interval", "0.1", "--control", node.Address)).Succeeded().Output;
        Assert.Equal(2, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"middle\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_WithTerminalCommands_AreShownWithoutThem()
    {
        await using ScriptedNode node = ScriptedNode.WithInfo("stream-status", "12 NEW 0 \u001b]0;owned\u0007:80");
        string output = (await ToolRun.Async("ctl", "streams", "--control", node.Address)).Succeeded().Output;
        Assert.DoesNotContain('\u001b', output);
        Assert.DoesNotContain('\u0007', output);
    }

    [Fact]
    public async Task Events_ArePrintedAsTheyCome()
    {
        await using ScriptedNode node = new(command => command switch
        {
            "PROTOCOLINFO 1" => "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250 OK\r\n",
            "AUTHENTICATE" => "250 OK\r\n",
            "SETEVENTS NOTICE" => "250 OK\r\n650 NOTICE one\r\n650+NOTICE\r\nfirst\r\n..second\r\n.\r\n650 OK\r\n",
            _ => null,
        });
        string output = (await ToolRun.Async("ctl", "events", "notice", "--count", "2", "--control", node.Address)).Succeeded().Output;
        Assert.Equal("NOTICE one\nNOTICE\n  first\n  .second\n", output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Cookie_OfSomebodyWhoDoesNotKnowIt_IsNotAnswered()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[32]);
        try
        {
            await using ScriptedNode node = new(command => command.StartsWith("AUTHCHALLENGE", StringComparison.Ordinal)
                ? $"250 AUTHCHALLENGE SERVERHASH={new string('A', 64)} SERVERNONCE={new string('B', 64)}\r\n"
                : $"250-PROTOCOLINFO 1\r\n250-AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE=\"{file}\"\r\n250 OK\r\n");
            ToolRun run = await ToolRun.Async("ctl", "status", "--control", node.Address);
            Assert.Equal(ExitCodes.Denied, run.ExitCode);
            Assert.DoesNotContain(node.Commands, command => command.StartsWith("AUTHENTICATE", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Node_ThatOffersOnlyCookiesInTheClear_GetsNone()
    {
        await using ScriptedNode node = new(_ => "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=COOKIE COOKIEFILE=\"/etc/hostname\"\r\n250 OK\r\n");
        ToolRun run = await ToolRun.Async("ctl", "status", "--control", node.Address);
        Assert.Equal(ExitCodes.Denied, run.ExitCode);
        Assert.Equal(["PROTOCOLINFO 1"], node.Commands);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("250-half an answer\r\n")]
    [InlineData("250+x=\r\nno end\r\n")]
    [InlineData("\r\n")]
    public async Task Something_ThatIsNoControlPort_EndsWithAnError(string answer)
    {
        await using ScriptedNode node = new(_ => answer) { ClosesAfterAnswer = true };
        ToolRun run = await ToolRun.Async("ctl", "status", "--control", node.Address);
        Assert.Equal(ExitCodes.Unreachable, run.ExitCode);
        Assert.Contains("Error: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_IsSaidWithRemedy()
    {
        ToolRun run = await ToolRun.Async("ctl", "status", "--socket", "/nonexistent/gotor.socket");
        Assert.Equal(ExitCodes.Unreachable, run.ExitCode);
        Assert.Contains("/nonexistent/gotor.socket", run.Error, StringComparison.Ordinal);
        Assert.Contains("ControlPort", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ctl", "nothing-like-it")]
    [InlineData("ctl", "status", "--control", "no:such:address")]
    [InlineData("ctl", "conf", "set", "Evil Name=1")]
    [InlineData("ctl", "signal", "NEWNYM\nQUIT")]
    public async Task CommandLine_ThatIsWrong_IsRefusedBeforeAnythingIsSent(params string[] arguments)
    {
        Assert.Equal(ExitCodes.Usage, (await ToolRun.Async(arguments)).ExitCode);
    }

    [Theory]
    [InlineData(true, "ctl", "status")]
    [InlineData(true, "torctl", "status")]
    [InlineData(false, "--ctl")]
    [InlineData(false, "-f", "ctl")]
    [InlineData(false)]
    public void FirstWord_DecidesBetweenToolAndNode(bool isTool, params string[] arguments) => Assert.Equal(isTool, ToolNames.IsTool(arguments));
}
