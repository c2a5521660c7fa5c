using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Ctl;

internal static class StreamsView
{
    public static async Task<RecordTable> ReadAsync(ControlConnection connection, CancellationToken cancellation)
    {
        ControlAnswer answer = await connection.DoAsync("GETINFO stream-status", "to list streams", cancellation);
        RecordTable table = new(
            "There are no streams.",
            new Column("id", "Id"), new Column("state", "State"), new Column("circuit", "Circuit"), new Column("target", "Target"), new Column("purpose", "Purpose"), new Column("protocol", "Protocol"));
        foreach (string text in StatusLine.Split(answer.Values().FirstOrDefault().Value))
        {
            StatusLine line = StatusLine.Read(text, 4);
            table.Add(line.Word(0), line.Word(1), line.Word(2) == "0" ? null : line.Word(2), line.Word(3), line["PURPOSE"], line["CLIENT_PROTOCOL"]);
        }

        return table;
    }
}
