using System.CommandLine;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Ctl;

/// <summary>GETINFO, for whatever key.</summary>
internal static class InfoCommand
{
    public static Command Create(CtlOptions options)
    {
        Argument<string[]> keys = new("KEY") { Description = "What to ask for: 'gotor ctl info info/names' lists all", Arity = ArgumentArity.OneOrMore };
        Command command = new("info", "Ask the node (GETINFO)") { keys };
        command.SetAction((parsed, cancellation) => RunAsync(options, parsed, parsed.GetRequiredValue(keys), cancellation));
        return command;
    }

    public static Command Version(CtlOptions options)
    {
        Command command = new("version", "The node's version");
        command.SetAction((parsed, cancellation) => RunAsync(options, parsed, ["version"], cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CtlOptions options, ParseResult parsed, string[] keys, CancellationToken cancellation)
    {
        if (keys.Any(key => key.Contains(' ', StringComparison.Ordinal)))
            throw new ToolException(ExitCodes.Usage, "A key has no spaces.", "");
        await using ControlConnection connection = await options.ConnectAsync(parsed, cancellation);
        ControlAnswer answer = await connection.DoAsync("GETINFO " + string.Join(' ', keys), "to answer", cancellation);
        Pairs.Write(options.Console, answer.Values(), options.Json(parsed), alone: keys.Length == 1);
        return ExitCodes.Success;
    }
}
