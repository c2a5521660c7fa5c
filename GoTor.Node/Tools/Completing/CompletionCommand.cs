using System.CommandLine;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Completing;

/// <summary><c>gotor completion</c>: a script that lets a shell ask this program what could come next.</summary>
internal static class CompletionCommand
{
    // The shells differ in how they name the line up to the cursor; the answer is theirs to filter.
    private const string Bash = """
        _gotor_complete() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" complete "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _gotor_complete NAME

        """;

    private const string Zsh = """
        #compdef NAME
        _gotor_complete() {
            local -a words_found
            words_found=("${(@f)$("${words[1]}" complete "${BUFFER[1,CURSOR]}" 2>/dev/null)}")
            compadd -- $words_found
        }
        compdef _gotor_complete NAME

        """;

    private const string Fish = """
        complete -c NAME -f -a '(NAME complete (commandline -cp) 2>/dev/null)'

        """;

    public static Command Create(ToolConsole console)
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Option<string> name = new("--name") { Description = "What this program is called in your shell", HelpName = "NAME", DefaultValueFactory = _ => "gotor" };
        Command command = new(ToolNames.Completion, "Print a script that completes this program's commands in a shell") { shell, name };
        command.SetAction(parsed =>
        {
            string called = parsed.GetValue(name)!;
            if (called.Length == 0 || !called.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
                throw new ToolException(ExitCodes.Usage, "A program's name is letters, digits, dots, hyphens and underscores.", "");
            string script = parsed.GetRequiredValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            };
            console.Output.Write(script.Replace("NAME", called, StringComparison.Ordinal));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>What the scripts call.</summary>
    public static Command CreateCompleter(ToolConsole console)
    {
        Argument<string> line = new("LINE") { Description = "The command line up to the cursor, with the program's name" };
        Command command = new(ToolNames.Complete, "Print what could come next") { line };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            string text = parsed.GetRequiredValue(line).TrimStart();
            int space = text.IndexOf(' ', StringComparison.Ordinal);
            string rest = space < 0 ? "" : text[(space + 1)..].TrimStart();
            foreach (string word in ToolProgram.Build(console).Parse(rest).GetCompletions(rest.Length).Select(item => item.Label).Distinct(StringComparer.Ordinal))
                console.Output.WriteLine(word);
            return ExitCodes.Success;
        });
        return command;
    }
}
