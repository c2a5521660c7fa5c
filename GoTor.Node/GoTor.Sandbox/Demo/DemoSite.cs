using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using GoTor.Sandbox.Circuits;

namespace GoTor.Sandbox.Demo;

/// <summary>
/// <c>http://demo.sandbox/</c>, which no resolver knows and only exits of the sandbox reach: a page that shows the way it came, and
/// <c>/bytes/N</c>, which is N bytes. HTTP/1.1, one request per connection. Safe for concurrent use.
/// </summary>
/// <param name="dashboard">Where the page links to; null for nowhere.</param>
internal sealed class DemoSite(Uri? dashboard)
{
    public const string Host = "demo.sandbox";

    private const int MaxRequest = 16 * 1024;
    private const long MaxBytes = 1L << 30;

    private static readonly byte[] Zeros = new byte[16 * 1024];

    /// <param name="path">The nicknames of the relays on the way, guard first.</param>
    public async Task ServeAsync(IReadOnlyList<string> path, IClientBytes fromClient, PipeWriter toClient, CancellationToken cancellationToken)
    {
        string? target = await ReadTargetAsync(fromClient, cancellationToken);
        switch (target?.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case null:
                break;
            case []:
                await SendAsync(toClient, "200 OK", "text/html; charset=utf-8", Page(path), cancellationToken);
                break;
            case ["path"]:
                await SendAsync(toClient, "200 OK", "text/plain; charset=utf-8", string.Join('\n', path) + "\n", cancellationToken);
                break;
            case ["bytes", string text] when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count <= MaxBytes:
                await SendBytesAsync(toClient, count, cancellationToken);
                break;
            default:
                await SendAsync(toClient, "404 Not Found", "text/plain; charset=utf-8", "There is no such page in the sandbox.\n", cancellationToken);
                break;
        }
    }

    /// <returns>What is asked for; null when the client left, or does not speak HTTP.</returns>
    private static async Task<string?> ReadTargetAsync(IClientBytes fromClient, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxRequest];
        int length = 0;
        int end;
        while ((end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            int read = length == MaxRequest ? 0 : await fromClient.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
                return null;
            length += read;
        }

        string line = Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n")[0];
        return line.Split(' ') is ["GET", ['/', ..] target, ['H', 'T', 'T', 'P', '/', '1', '.', ..]] ? target : null;
    }

    private static async Task SendAsync(PipeWriter toClient, string status, string type, string text, CancellationToken cancellationToken)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        await toClient.WriteAsync(Head(status, type, body.Length), cancellationToken);
        await toClient.WriteAsync(body, cancellationToken);
    }

    private static async Task SendBytesAsync(PipeWriter toClient, long count, CancellationToken cancellationToken)
    {
        await toClient.WriteAsync(Head("200 OK", "application/octet-stream", count), cancellationToken);
        for (long left = count; left > 0; left -= Zeros.Length)
            await toClient.WriteAsync(Zeros.AsMemory(0, (int)Math.Min(left, Zeros.Length)), cancellationToken);
    }

    private static byte[] Head(string status, string type, long length) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"));

    private string Page(IReadOnlyList<string> path)
    {
        string hops = string.Concat(path.Select(name => $"<li>{WebUtility.HtmlEncode(name)}</li>"));
        string link = dashboard is null
            ? ""
            : $"""<p>The <a href="{WebUtility.HtmlEncode(dashboard.AbsoluteUri)}">dashboard</a> shows this request among the others.</p>""";
        return $$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Through the sandbox</title>
            <style>
            body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
            .warning { border: 2px solid #b00; padding: .5rem 1rem; font-weight: 600; }
            ol { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
            li { border: 1px solid #888; border-radius: .5rem; padding: .2rem .8rem; }
            li:not(:last-child)::after { content: " \2192"; }
            </style>
            </head>
            <body>
            <p class="warning">SANDBOX: hides nothing. All relays of this network run in one process on this machine.</p>
            <h1>You came through {{path.Count}} relays</h1>
            <ol>{{hops}}</ol>
            <p>Your request was encrypted once for each of them, and each knew only its neighbours. In this sandbox one process sees all of
            them, which is why it can draw the path, and why it protects nobody.</p>
            {{link}}
            </body>
            </html>

            """;
    }
}
