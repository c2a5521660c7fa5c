using System.CommandLine;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Ctl;

/// <summary><c>gotor ctl</c>: looks at a running node and steers it, through its control port. Works with C tor, too.</summary>
internal static class CtlCommand
{
    public static Command Create(ToolConsole console)
    {
        Command ctl = new(ToolNames.Ctl, "Look at a running node and steer it, through its control port");
        CtlOptions options = new(console);
        options.AddTo(ctl);
        ctl.Subcommands.Add(Show("status", "How the node is", options, StatusView.ReadAsync));
        ctl.Subcommands.Add(CircuitsCommand(options));
        ctl.Subcommands.Add(Show("streams", "All streams", options, StreamsView.ReadAsync));
        ctl.Subcommands.Add(Show("guards", "The guards that were chosen", options, GuardsView.ReadAsync));
        ctl.Subcommands.Add(TopCommand(options));
        ctl.Subcommands.Add(EventsCommand.Create(options));
        ctl.Subcommands.Add(InfoCommand.Create(options));
        ctl.Subcommands.Add(SignalCommands.Signal(options));
        ctl.Subcommands.Add(SignalCommands.NewIdentity(options));
        ctl.Subcommands.Add(ConfCommand.Create(options));
        ctl.Subcommands.Add(InfoCommand.Version(options));
        return ctl;
    }

    private static Command Show(string name, string description, CtlOptions options, Func<ControlConnection, CancellationToken, Task<RecordTable>> read)
    {
        Command command = new(name, description);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using ControlConnection connection = await options.ConnectAsync(parsed, cancellation);
            options.Console.Write(await read(connection, cancellation), options.Json(parsed));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CircuitsCommand(CtlOptions options)
    {
        Option<bool> watch = new("--watch", "-w") { Description = "Go on showing them, until Ctrl-C" };
        LiveOptions live = new();
        Command command = new("circuits", "All circuits") { watch };
        live.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using ControlConnection connection = await options.ConnectAsync(parsed, cancellation);
            if (parsed.GetValue(watch))
                await LiveView.RunAsync(options, parsed, live, new CircuitsLive(connection), cancellation);
            else
                options.Console.Write(await CircuitsView.ReadAsync(connection, cancellation), options.Json(parsed));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command TopCommand(CtlOptions options)
    {
        LiveOptions live = new();
        Command command = new("top", "A live view of bandwidth and circuits, until Ctrl-C");
        live.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using ControlConnection connection = await options.ConnectAsync(parsed, cancellation);
            await LiveView.RunAsync(options, parsed, live, new TopLive(connection, TimeProvider.System), cancellation);
            return ExitCodes.Success;
        });
        return command;
    }
}
