using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Ctl;

internal static class GuardsView
{
    public static async Task<RecordTable> ReadAsync(ControlConnection connection, CancellationToken cancellation)
    {
        ControlAnswer answer = await connection.DoAsync("GETINFO entry-guards", "to list guards", cancellation);
        RecordTable table = new(
            "No guard has been chosen yet.",
            new Column("nickname", "Nickname"), new Column("fingerprint", "Fingerprint"), new Column("state", "State"), new Column("since", "Since (UTC)"));
        foreach (string text in StatusLine.Split(answer.Values().FirstOrDefault().Value))
        {
            string[] words = text.Split(' ', 3);
            int mark = words[0].AsSpan().IndexOfAny('~', '=');
            table.Add(
                mark < 0 ? null : words[0][(mark + 1)..],
                (mark < 0 ? words[0] : words[0][..mark]).TrimStart('$'),
                words.Length > 1 ? words[1] : null,
                words.Length > 2 ? words[2] : null);
        }

        return table;
    }
}
