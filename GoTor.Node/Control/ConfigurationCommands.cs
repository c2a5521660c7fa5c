using GoTor.Client.ControlPort;
using GoTor.Client.ControlPort.Info;
using GoTor.Protocol.ControlPort;

namespace GoTor.Node.Control;

/// <summary>GETCONF, SETCONF, RESETCONF, SAVECONF, LOADCONF, and the keys of GETINFO about configuration.</summary>
internal sealed class ConfigurationCommands(RunningConfiguration running, Func<string, string?> effective)
{
    /// <param name="effective">What an option is that no line sets and that has no fixed default: a path, for example.</param>
    public static void AddTo(ControlCommands commands, InfoKeys keys, RunningConfiguration running, Func<string, string?> effective)
    {
        ConfigurationCommands configuration = new(running, effective);
        ControlSyntax assignments = new() { MaxArguments = 0, TakesKeywords = true, Style = KeyValueStyle.OmitValues | KeyValueStyle.Quoted };
        commands.Add("GETCONF", new ControlSyntax(), (_, arguments) => configuration.Get(arguments.Words));
        commands.Add("SETCONF", assignments, (_, arguments) => Reply(running.Set(arguments.Keywords, toDefault: false)));
        commands.Add("RESETCONF", assignments, (_, arguments) => Reply(running.Set(arguments.Keywords, toDefault: true)));
        commands.Add("SAVECONF", new ControlSyntax { MaxArguments = 0, TakesKeywords = true, Style = KeyValueStyle.OmitValues }, (_, arguments) =>
            running.Save(arguments.HasFlag("FORCE")) ? ControlReply.Ok : ControlReply.Of(551, "Unable to write configuration to disk."));
        commands.Add("+LOADCONF", new ControlSyntax { TakesData = true }, (_, arguments) => Reply(running.Load(arguments.Command.Data!)));

        keys.Add("config-file", "Current location of the \"torrc\" file.", () => running.Torrc);
        keys.Add("config-defaults-file", "Current location of the defaults file.", () => running.DefaultsTorrc ?? "");
        keys.Add("config-text", "Return the string that would be written by a saveconf command.", () => running.Dump(withSecrets: false));
        keys.Add("config-can-saveconf", "Is it possible to save the configuration to the \"torrc\" file?", () => running.UsesIncludes ? "0" : "1");
        keys.Add("config/names", "List of configuration options, types, and documentation.", () =>
            string.Concat(OptionFacts.All.Select(fact => $"{fact.Name} {fact.Type}\n")));
        keys.Add("config/defaults", "List of default values for configuration options. See also config/names", () =>
            string.Concat(OptionFacts.All.Where(fact => OptionFacts.DefaultOf(fact) is not null).Select(fact => $"{fact.Name} {QuotedText.Quote(OptionFacts.DefaultOf(fact)!)}\n")));
    }

    private static ControlReply Reply(ConfigurationRefusal? refusal) => refusal is { } no ? ControlReply.Of(no.Code, no.Text) : ControlReply.Ok;

    private ControlReply Get(IReadOnlyList<string> options)
    {
        ControlReply answers = new();
        ControlReply unknown = new();
        foreach (string option in options)
        {
            if (running.Values(option) is not { } values)
            {
                unknown.Line(552, $"Unrecognized configuration key \"{option}\"");
                continue;
            }

            OptionFact fact = OptionFacts.Find(option)!;
            foreach (string value in values)
                answers.Line(250, $"{fact.Name}={value}");
            if (values.Count == 0)
                answers.Line(250, (OptionFacts.DefaultOf(fact) ?? effective(fact.Name)) is { } value ? $"{fact.Name}={value}" : fact.Name);
        }

        return !unknown.IsEmpty ? unknown : answers.IsEmpty ? ControlReply.Ok : answers;
    }
}
