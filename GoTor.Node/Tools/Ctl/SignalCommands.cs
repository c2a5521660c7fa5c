using System.CommandLine;
using GoTor.Node.Tools.Controllers;

namespace GoTor.Node.Tools.Ctl;

internal static class SignalCommands
{
    public static Command Signal(CtlOptions options)
    {
        Argument<string> name = new("SIGNAL") { Description = "RELOAD, SHUTDOWN, DUMP, DEBUG, HALT, NEWNYM, CLEARDNSCACHE, HEARTBEAT, ACTIVE or DORMANT" };
        Command command = new("signal", "Send the node a signal") { name };
        command.SetAction((parsed, cancellation) => SendAsync(options, parsed, parsed.GetRequiredValue(name), cancellation));
        return command;
    }

    public static Command NewIdentity(CtlOptions options)
    {
        Command command = new("newnym", "Use new circuits from now on (SIGNAL NEWNYM)");
        command.SetAction((parsed, cancellation) => SendAsync(options, parsed, "NEWNYM", cancellation));
        return command;
    }

    private static async Task<int> SendAsync(CtlOptions options, ParseResult parsed, string signal, CancellationToken cancellation)
    {
        if (signal.Length == 0 || !signal.All(char.IsAsciiLetterOrDigit))
            throw new ToolException(ExitCodes.Usage, "The name of a signal is one word.", "'gotor ctl signal --help' lists them.");
        await using ControlConnection connection = await options.ConnectAsync(parsed, cancellation);
        await connection.DoAsync($"SIGNAL {signal.ToUpperInvariant()}", "this signal", cancellation);
        Done.Write(options, parsed);
        return ExitCodes.Success;
    }
}

/// <summary>The node has done what it was told.</summary>
internal static class Done
{
    public static void Write(CtlOptions options, ParseResult parsed)
    {
        if (!options.Json(parsed))
        {
            options.Console.Output.WriteLine("Done.");
            return;
        }

        options.Console.WriteJson(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("done", true);
            writer.WriteEndObject();
        });
    }
}
