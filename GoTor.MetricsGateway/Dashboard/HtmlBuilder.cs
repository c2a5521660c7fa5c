using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace GoTor.MetricsGateway.Dashboard;

/// <summary>
/// Writes HTML from interpolated strings: what stands between the holes is markup, what fills a hole is escaped. So a name can only become
/// markup where someone wrote <see cref="Markup"/>. Attributes are always in double quotes. Not thread-safe.
/// </summary>
internal sealed class HtmlBuilder
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private readonly StringBuilder _html = new(8 * 1024);

    /// <summary>The template has written itself when this is called.</summary>
    public HtmlBuilder Add([InterpolatedStringHandlerArgument("")] HtmlTemplate template)
    {
        _ = template;
        return this;
    }

    public Markup ToMarkup() => new(_html.ToString());

    public override string ToString() => _html.ToString();

    private void AddMarkup(string markup) => _html.Append(markup);

    private void AddText(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _html.Append(Encoder.Encode(text));
        }
    }

    /// <summary>What the compiler makes of the string given to <see cref="Add"/>.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct HtmlTemplate
    {
        private readonly HtmlBuilder _html;

        public HtmlTemplate(int literalLength, int formattedCount, HtmlBuilder html)
        {
            (_, _) = (literalLength, formattedCount);
            _html = html;
        }

        public void AppendLiteral(string markup) => _html.AddMarkup(markup);

        public void AppendFormatted(string? text) => _html.AddText(text);

        public void AppendFormatted(long number) => _html.AddMarkup(number.ToString(CultureInfo.InvariantCulture));

        public void AppendFormatted(Markup markup) => _html.AddMarkup(markup.Html);
    }
}

/// <summary>HTML that is already safe to show.</summary>
internal readonly record struct Markup(string Html);
