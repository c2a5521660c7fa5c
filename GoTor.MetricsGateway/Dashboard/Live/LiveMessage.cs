using System.Collections.Immutable;
using System.Text;

namespace GoTor.MetricsGateway.Dashboard.Live;

/// <summary>Server-sent events.</summary>
/// <remarks>https://html.spec.whatwg.org/multipage/server-sent-events.html</remarks>
internal static class LiveMessage
{
    /// <summary>Keeps proxies from thinking that nobody is there; ignored by browsers.</summary>
    public static readonly ReadOnlyMemory<byte> Pulse = ": \n\n"u8.ToArray();

    /// <summary>How long a browser waits before it comes back, in milliseconds.</summary>
    public static readonly ReadOnlyMemory<byte> Greeting = "retry: 3000\n\n"u8.ToArray();

    /// <summary>Sections that changed, as HTML.</summary>
    public static ReadOnlyMemory<byte> Patch(IEnumerable<Markup> sections)
    {
        var text = new StringBuilder("event: patch\n");
        foreach (Markup section in sections)
        {
            // Each line of data is its own field; the browser joins them with line feeds.
            foreach (ReadOnlySpan<char> line in section.Html.AsSpan().EnumerateLines())
            {
                text.Append("data: ").Append(line).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(text.Append('\n').ToString());
    }

    /// <summary>What is new against the rendering before.</summary>
    public static ImmutableArray<Markup> Changed(ImmutableArray<Markup> before, ImmutableArray<Markup> after) =>
        before.IsDefault ? after : [.. after.Where((section, i) => i >= before.Length || section != before[i])];
}
