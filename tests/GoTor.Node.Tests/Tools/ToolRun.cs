using GoTor.Node.Tools;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tests.Tools;

/// <summary>What came of running a tool.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs it in this process, as if nobody sat at a terminal.</summary>
    public static async Task<ToolRun> Async(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        int code = await ToolProgram.RunAsync(arguments, new ToolConsole(output, error, isTerminal: false), limit.Token);
        Assert.False(limit.IsCancellationRequested, "The tool hangs.");
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    public ToolRun Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");
        return this;
    }
}
