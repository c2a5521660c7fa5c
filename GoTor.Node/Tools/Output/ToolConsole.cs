using System.Text;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GoTor.Node.Tools.Output;

/// <summary>Where a tool writes, and how: tables for people, JSON for scripts. Not safe for concurrent use.</summary>
internal sealed class ToolConsole(TextWriter output, TextWriter error, bool isTerminal, Func<string, string?>? ask = null)
{
    /// <summary>A table that goes into a file is as wide as it needs to be.</summary>
    private const int FileWidth = 1000;

    private readonly Lazy<IAnsiConsole> _rich = new(() => CreateRich(output, isTerminal));

    public TextWriter Output => output;

    public TextWriter Error => error;

    public bool IsTerminal => isTerminal;

    public IAnsiConsole Rich => _rich.Value;

    public static ToolConsole OfProcess() =>
        new(Console.Out, Console.Error, !Console.IsOutputRedirected, Console.IsInputRedirected ? null : AskSecretly);

    /// <summary>Asks a person for a secret, which is not shown. Null when there is no person, or no answer.</summary>
    public string? AskSecret(string question) => ask?.Invoke(question);

    public void Complain(ToolException problem)
    {
        error.WriteLine("Error: " + PlainText.Of(problem.Message));
        if (problem.Remedy.Length > 0)
            error.WriteLine("       " + PlainText.Of(problem.Remedy));
    }

    public void Write(RecordTable table, bool json)
    {
        if (json)
            WriteJson(table.WriteJson);
        else if (table.Rows.Count == 0)
            output.WriteLine(table.Empty);
        else
            Rich.Write(table.Render());
    }

    /// <summary>One JSON value on one line.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write, bool indented = false)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = indented }))
            write(writer);
        output.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
        output.Flush();
    }

    /// <summary>Plain text that nothing in it can style.</summary>
    public static IRenderable Line(string text) => new Text(PlainText.Of(text));

    private static IAnsiConsole CreateRich(TextWriter output, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = FileWidth;
        return console;
    }

    private static string? AskSecretly(string question)
    {
        Console.Error.Write(question + ": ");
        StringBuilder answer = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return answer.Length > 0 ? answer.ToString() : null;
                case ConsoleKey.Backspace:
                    answer.Length = Math.Max(0, answer.Length - 1);
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                        answer.Append(key.KeyChar);
                    break;
            }
        }
    }
}
