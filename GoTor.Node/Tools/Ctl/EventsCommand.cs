using System.CommandLine;
using System.Text.Json;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Ctl;

/// <summary>Prints events as they come.</summary>
internal static class EventsCommand
{
    private static readonly string[] Usual = ["CIRC", "STREAM", "ORCONN", "GUARD", "STATUS_CLIENT", "STATUS_GENERAL", "NOTICE", "WARN", "ERR"];

    public static Command Create(CtlOptions options)
    {
        Argument<string[]> names = new("EVENT") { Description = $"What to hear: {string.Join(' ', Usual)} by default; 'gotor ctl info events/names' lists all", Arity = ArgumentArity.ZeroOrMore };
        Option<int?> count = new("--count") { Description = "End after so many events", HelpName = "N" };
        Command command = new("events", "Print events as they come, until Ctrl-C") { names, count };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using ControlConnection connection = await options.ConnectAsync(parsed, cancellation);
            string[] wanted = parsed.GetValue(names) is { Length: > 0 } named ? named : Usual;
            if (wanted.Any(name => name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_')))
                throw new ToolException(ExitCodes.Usage, "Names of events are letters, digits and underscores.", "");
            await connection.DoAsync($"SETEVENTS {string.Join(' ', wanted).ToUpperInvariant()}", "these events", cancellation);
            int left = parsed.GetValue(count) ?? int.MaxValue;
            await foreach (ControlAnswer news in connection.Events.ReadAllAsync(cancellation))
            {
                Write(options.Console, news, options.Json(parsed));
                if (--left <= 0)
                    return ExitCodes.Success;
            }

            throw connection.Lost("the node closed it");
        });
        return command;
    }

    private static void Write(ToolConsole console, ControlAnswer news, bool json)
    {
        ControlAnswerLine first = news.Lines[0];
        string[] words = first.Text.Split(' ', 2);
        string[] more = [.. (first.Data is null ? [] : first.Data.Split('\n')), .. news.Lines.Skip(1).Where(line => line.Text != "OK").Select(line => line.Text)];
        if (json)
        {
            console.WriteJson(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("event", words[0]);
                writer.WriteString("text", words.Length > 1 ? words[1] : "");
                if (more.Length > 0)
                    WriteLines(writer, more);
                writer.WriteEndObject();
            });
            return;
        }

        console.Output.WriteLine(PlainText.Of(first.Text));
        foreach (string line in more)
            console.Output.WriteLine("  " + PlainText.Of(line));
        console.Output.Flush();
    }

    private static void WriteLines(Utf8JsonWriter writer, string[] lines)
    {
        writer.WriteStartArray("lines");
        foreach (string line in lines)
            writer.WriteStringValue(line);
        writer.WriteEndArray();
    }
}
