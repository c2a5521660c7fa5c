using GoTor.Protocol.ControlPort;

namespace GoTor.Client.ControlPort;

/// <summary>Answers one command. A reply that is empty sends nothing.</summary>
internal delegate ValueTask<ControlReply> ControlHandler(ControlSession session, ControlArguments arguments);

/// <summary>The commands that are understood. Filled before the first controller connects, and not changed afterwards.</summary>
internal sealed class ControlCommands
{
    private readonly Dictionary<string, (ControlSyntax Syntax, ControlHandler Handler)> _commands = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="name">With a plus in front when it takes data.</param>
    public void Add(string name, ControlSyntax syntax, ControlHandler handler) => _commands.Add(name, (syntax, handler));

    public void Add(string name, ControlSyntax syntax, Func<ControlSession, ControlArguments, ControlReply> handler) =>
        Add(name, syntax, (session, arguments) => ValueTask.FromResult(handler(session, arguments)));

    public ValueTask<ControlReply> RunAsync(ControlSession session, ControlCommand command)
    {
        if (!_commands.TryGetValue(command.Name, out (ControlSyntax Syntax, ControlHandler Handler) known))
            return ValueTask.FromResult(ControlReply.Of(510, $"Unrecognized command \"{command.Name}\""));
        (ControlArguments? arguments, string? problem) = known.Syntax.Parse(command);
        return arguments is null
            ? ValueTask.FromResult(ControlReply.Of(512, $"Bad arguments to {command.Name}: {problem}"))
            : known.Handler(session, arguments);
    }
}
