using GoTor.Testing;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Node.Tests.Tools;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("gotor ", "ctl")]
    [InlineData("gotor ctl ", "circuits")]
    [InlineData("gotor ctl circ", "circuits")]
    [InlineData("gotor config template ", "high-security")]
    [InlineData("gotor ctl circuits --", "--watch")]
    public async Task Line_IsCompleted(string line, string expected) =>
        Assert.Contains(expected, (await ToolRun.Async("complete", line)).Succeeded().Output.Split('\n', StringSplitOptions.TrimEntries));

    [SkippableFact]
    public async Task Bash_WithTheScript_CompletesThisProgramsWords()
    {
        Skip.If(TorTools.Find("bash") is null, "bash is not installed");
        string script = (await ToolRun.Async("completion", "bash", "--name", "gotor")).Succeeded().Output;
        string session = $$"""
            gotor() { "{{DotnetHost.Path}}" exec "{{ClientProgram.Built("GoTor.Node")}}" "$@"; }
            {{script}}
            COMP_WORDS=(gotor ctl circ); COMP_CWORD=2; COMP_LINE="gotor ctl circ"; COMP_POINT=${#COMP_LINE}
            _gotor_complete
            echo "found: ${COMPREPLY[*]}"
            complete -p gotor
            """;
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        string output = await ChildProcess.RunAsync(TorTools.Find("bash")!, session, limit.Token, "--norc", "-s");
        Assert.Contains("found: circuits", output, StringComparison.Ordinal);
        Assert.Contains("_gotor_complete gotor", output, StringComparison.Ordinal);
    }
}
