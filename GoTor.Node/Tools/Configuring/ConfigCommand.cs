using System.CommandLine;
using GoTor.Node.Configuration;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Configuring;

/// <summary><c>gotor config</c>: checks and writes configurations without starting anything.</summary>
internal static class ConfigCommand
{
    public static Command Create(ToolConsole console)
    {
        Command config = new(ToolNames.Config, "Check and write configurations");
        config.Subcommands.Add(Check(console));
        config.Subcommands.Add(Generate(console));
        config.Subcommands.Add(TemplateCommand(console));
        config.Subcommands.Add(Schema(console));
        return config;
    }

    private static Command Check(ToolConsole console)
    {
        Argument<string?> file = new("TORRC") { Description = "The file; the default one without", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> defaults = new("--defaults-torrc") { Description = "A file that is read first", HelpName = "FILE" };
        Option<bool> json = new("--json") { Description = "Print JSON, for scripts" };
        Command command = new("check", "Report everything that is wrong with a configuration") { file, defaults, json };
        command.SetAction(parsed =>
        {
            List<string> arguments = [];
            if (parsed.GetValue(file) is { } torrc)
                arguments.AddRange(["-f", torrc]);
            if (parsed.GetValue(defaults) is { } first)
                arguments.AddRange(["--defaults-torrc", first]);
            ConfigurationResult result = ConfigurationFiles.Load(CommandLine.Parse(arguments));
            if (parsed.GetValue(json))
                WriteJson(console, result);
            else
                WriteText(console, result);
            return result.Configuration is null ? ExitCodes.Failed : ExitCodes.Success;
        });
        return command;
    }

    private static Command Generate(ToolConsole console)
    {
        Option<string?> output = OutputOption();
        Command command = new("generate", "Write a torrc with every option, explained and commented out") { output };
        command.SetAction(parsed => OutputFile.Write(console, parsed.GetValue(output), SampleTorrc.Create()));
        return command;
    }

    private static Command TemplateCommand(ToolConsole console)
    {
        Argument<string?> name = new("NAME") { Description = string.Join(", ", Templates.Names) + "; without, they are listed", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add([.. Templates.Names]);
        Option<string?> output = OutputOption();
        Command command = new("template", "Write a torrc for a purpose, in which every line changes something") { name, output };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is not { } wanted)
                return OutputFile.Write(console, parsed.GetValue(output), string.Join('\n', Templates.Names) + "\n");
            return Templates.Find(wanted) is { } text
                ? OutputFile.Write(console, parsed.GetValue(output), text)
                : throw new ToolException(ExitCodes.Usage, $"There is no template '{wanted}'.", $"There are: {string.Join(", ", Templates.Names)}.");
        });
        return command;
    }

    private static Command Schema(ToolConsole console)
    {
        Option<string?> output = OutputOption();
        Command command = new("schema", "Write the options, their types and defaults as a JSON schema") { output };
        command.SetAction(parsed => OutputFile.Write(console, parsed.GetValue(output), OptionSchema.Create()));
        return command;
    }

    private static Option<string?> OutputOption() => new("--output", "-o") { Description = "Write to this file, which must not exist yet", HelpName = "FILE" };

    private static void WriteText(ToolConsole console, ConfigurationResult result)
    {
        foreach (ConfigProblem problem in result.Problems)
            console.Output.WriteLine("[err] " + PlainText.Of(problem.ToString()));
        foreach (ConfigProblem warning in result.Warnings)
            console.Output.WriteLine("[warn] " + PlainText.Of(warning.ToString()));
        console.Output.WriteLine(result.Configuration is null ? "The configuration is refused." : "The configuration is valid.");
    }

    private static void WriteJson(ToolConsole console, ConfigurationResult result) => console.WriteJson(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("valid", result.Configuration is not null);
        foreach ((string name, IReadOnlyList<ConfigProblem> problems) in (ReadOnlySpan<(string, IReadOnlyList<ConfigProblem>)>)[("problems", result.Problems), ("warnings", result.Warnings)])
        {
            writer.WriteStartArray(name);
            foreach (ConfigProblem problem in problems)
            {
                writer.WriteStartObject();
                writer.WriteString("file", problem.Source.File);
                writer.WriteNumber("line", problem.Source.Line);
                writer.WriteString("message", problem.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    });
}
