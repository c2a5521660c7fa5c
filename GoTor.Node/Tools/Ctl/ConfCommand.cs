using System.CommandLine;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;
using GoTor.Protocol.ControlPort;

namespace GoTor.Node.Tools.Ctl;

/// <summary>The running node's options: GETCONF, SETCONF, RESETCONF, SAVECONF.</summary>
internal static class ConfCommand
{
    public static Command Create(CtlOptions options)
    {
        Command conf = new("conf", "Read and change options of the running node");
        conf.Subcommands.Add(Get(options));
        conf.Subcommands.Add(Change(options, "set", "SETCONF", "Set options: all of them or none. The same option twice sets a list"));
        conf.Subcommands.Add(Change(options, "reset", "RESETCONF", "Give options their defaults, or new values"));
        conf.Subcommands.Add(Save(options));
        return conf;
    }

    private static Command Get(CtlOptions options)
    {
        Argument<string[]> names = new("OPTION") { Arity = ArgumentArity.OneOrMore };
        Command command = new("get", "Print options; one that has its default and no value prints nothing") { names };
        command.SetAction(async (parsed, cancellation) =>
        {
            string[] wanted = parsed.GetRequiredValue(names);
            foreach (string name in wanted)
                CheckName(name);
            await using ControlConnection connection = await options.ConnectAsync(parsed, cancellation);
            ControlAnswer answer = await connection.DoAsync("GETCONF " + string.Join(' ', wanted), "to say", cancellation);
            Pairs.Write(options.Console, answer.Values(), options.Json(parsed), alone: wanted.Length == 1);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Change(CtlOptions options, string name, string verb, string description)
    {
        Argument<string[]> settings = new("OPTION=VALUE") { Arity = ArgumentArity.OneOrMore };
        Command command = new(name, description) { settings };
        command.SetAction(async (parsed, cancellation) =>
        {
            string line = verb + string.Concat(parsed.GetRequiredValue(settings).Select(setting => " " + Assignment(setting)));
            await using ControlConnection connection = await options.ConnectAsync(parsed, cancellation);
            await connection.DoAsync(line, "this change, and nothing has changed", cancellation);
            Done.Write(options, parsed);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Save(CtlOptions options)
    {
        Option<bool> force = new("--force") { Description = "Also when the torrc includes other files" };
        Command command = new("save", "Write the options to the node's torrc") { force };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using ControlConnection connection = await options.ConnectAsync(parsed, cancellation);
            await connection.DoAsync(parsed.GetValue(force) ? "SAVECONF FORCE" : "SAVECONF", "to save its options", cancellation);
            Done.Write(options, parsed);
            return ExitCodes.Success;
        });
        return command;
    }

    private static string Assignment(string setting)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? setting : setting[..equals];
        CheckName(name);
        return equals < 0 ? name : $"{name}={QuotedText.Quote(setting[(equals + 1)..])}";
    }

    private static void CheckName(string name)
    {
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ToolException(ExitCodes.Usage, $"'{name}' is no name of an option.", "Write OPTION or OPTION=VALUE.");
    }
}
