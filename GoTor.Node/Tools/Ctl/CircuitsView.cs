using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Ctl;

internal static class CircuitsView
{
    public static async Task<RecordTable> ReadAsync(ControlConnection connection, CancellationToken cancellation)
    {
        ControlAnswer answer = await connection.DoAsync("GETINFO circuit-status", "to list circuits", cancellation);
        return Parse(answer.Values().FirstOrDefault().Value);
    }

    public static RecordTable Parse(string? text)
    {
        RecordTable table = new(
            "There are no circuits.",
            new Column("id", "Id"), new Column("state", "State"), new Column("purpose", "Purpose"), new Column("path", "Path"), new Column("created", "Created (UTC)"), new Column("flags", "Flags"));
        foreach (string text1 in StatusLine.Split(text))
        {
            // A circuit that has no hop yet has no path either.
            StatusLine line = StatusLine.Read(text1, 3, word => word.StartsWith('$') || !word.Contains('=', StringComparison.Ordinal));
            string[] path = [.. (line.Word(2) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(StatusLine.RelayName)];
            string? created = line["TIME_CREATED"] is { Length: >= 19 } time ? time[..19].Replace('T', ' ') : line["TIME_CREATED"];
            table.Add(line.Word(0), line.Word(1), line["PURPOSE"], path, created, (line["BUILD_FLAGS"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries));
        }

        return table;
    }
}
