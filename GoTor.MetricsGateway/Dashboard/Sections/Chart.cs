using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using GoTor.MetricsGateway.Dashboard.History;

namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>One line of a chart.</summary>
/// <param name="Name">As the legend has it.</param>
/// <param name="Colour">The class that colours it: "c1", "c2", or "c3" for failures.</param>
/// <param name="Value">NaN breaks the line.</param>
internal sealed record ChartLine(string Name, string Colour, Func<HistoryPoint, double> Value);

/// <summary>
/// A history drawn as SVG: the plot is stretched to its place, so everything with letters stands beside it as HTML. The picture's text
/// alternative says the latest, the lowest and the highest value of each line.
/// </summary>
internal sealed record Chart(string Id, string Title, Func<double, string> Format, ImmutableArray<ChartLine> Lines)
{
    private const double Width = 600;
    private const double Height = 120;

    /// <summary>The scale's end is never below this: an idle node's noise is no mountain.</summary>
    public double LeastTop { get; init; } = 1;

    /// <summary>What the numbers are about, for the small print.</summary>
    public string Note { get; init; } = "";

    /// <summary>Whether the scale counts things: its top is then an even number.</summary>
    public bool Counts { get; init; }

    public void Write(HtmlBuilder html, ImmutableArray<HistoryPoint> points)
    {
        html.Add($"<figure class=\"chart\" id=\"{Id}\"><figcaption><h3>{Title}</h3><dl class=\"legend\">");
        foreach (ChartLine line in Lines)
        {
            string now = Format(points.IsEmpty ? double.NaN : line.Value(points[^1]));
            html.Add($"<div class=\"{line.Colour}\"><dt>{line.Name}</dt><dd>{now}</dd></div>");
        }

        html.Add($"</dl></figcaption>");
        if (points.Count(point => Lines.Any(line => double.IsFinite(line.Value(point)))) < 2)
        {
            html.Add($"<p class=\"empty\">{(points.Length < 3 ? "The line starts in a few seconds." : "Nothing to draw yet.")}</p></figure>");
            return;
        }

        double top = Top(points.SelectMany(point => Lines.Select(line => line.Value(point))).Where(double.IsFinite).DefaultIfEmpty(0).Max());
        int minutes = Minutes(points);
        html.Add($"<div class=\"plot\"><ol class=\"ys\" aria-hidden=\"true\"><li>{Mark(top)}</li><li>{Mark(top / 2)}</li><li>0</li></ol>");
        html.Add($"<svg viewBox=\"0 0 600 120\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{Describe(points, minutes)}\" ");
        html.Add($"data-top=\"{top.ToString("R", CultureInfo.InvariantCulture)}\" data-minutes=\"{minutes}\" data-unit=\"{Id}\">");
        html.Add($"<path class=\"grid\" d=\"M0 0.5H600M0 60H600M0 119.5H600M200 0V120M400 0V120\"/>");
        for (int i = Lines.Length - 1; i >= 0; i--)
        {
            if (i == 2 && points.All(point => Lines[i].Value(point) is 0 or double.NaN))
            {
                // Nothing ever failed: no red line.
                continue;
            }

            (string line, string area, string dot) = Draw(points, Lines[i], top, minutes);
            if (i == 0)
            {
                html.Add($"<path class=\"area {Lines[i].Colour}\" d=\"{area}\"/>");
            }

            html.Add($"<path class=\"line {Lines[i].Colour}\" d=\"{line}\"/><path class=\"dot {Lines[i].Colour}\" d=\"{dot}\"/>");
        }

        html.Add($"</svg><ol class=\"xs\" aria-hidden=\"true\"><li>{minutes} min ago</li><li>{minutes * 2 / 3}</li><li>{minutes / 3}</li><li>now</li></ol></div>");
        if (Note.Length > 0)
        {
            html.Add($"<p class=\"note\">{Note}</p>");
        }

        html.Add($"</figure>");
    }

    /// <summary>A value on the scale: "4 MB/s", not "4.00 MB/s".</summary>
    private string Mark(double value)
    {
        string text = Format(value);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        int end = point < 0 ? -1 : text.AsSpan(point + 1).IndexOfAnyExceptInRange('0', '9') + point + 1;
        return end < 0 ? text : text[..end].TrimEnd('0').TrimEnd('.') + text[end..];
    }

    /// <summary>A young history fills its chart too.</summary>
    private static int Minutes(ImmutableArray<HistoryPoint> points) => (points[^1].At - points[0].At).TotalMinutes switch
    {
        <= 3.05 => 3,
        <= 6.05 => 6,
        _ => 15,
    };

    private string Describe(ImmutableArray<HistoryPoint> points, int minutes)
    {
        var text = new StringBuilder($"{Title}, the past {minutes} minutes.");
        foreach (ChartLine line in Lines)
        {
            double[] values = [.. points.Select(line.Value).Where(double.IsFinite)];
            double now = line.Value(points[^1]);
            text.Append(values.Length == 0 ? $" {line.Name}: no values."
                : $" {line.Name}: {(double.IsFinite(now) ? Format(now) : "unknown")} now, lowest {Format(values.Min())}, highest {Format(values.Max())}.");
        }

        return text.ToString();
    }

    /// <summary>The next of 1, 2, 4, 5, 6, 8, 10 times a power of ten: half of it is a round number too.</summary>
    private double Top(double highest)
    {
        highest = Math.Max(highest, LeastTop);
        double power = Math.Pow(10, Math.Floor(Math.Log10(highest)));
        foreach (double step in (ReadOnlySpan<double>)(Counts && power <= 1 ? [2, 4, 6, 8, 10] : [1, 2, 4, 6, 8, 10]))
        {
            if (step * power >= highest)
            {
                return step * power;
            }
        }

        return 10 * power;
    }

    private static (string Line, string Area, string Dot) Draw(ImmutableArray<HistoryPoint> points, ChartLine line, double top, int minutes)
    {
        var path = new StringBuilder();
        var area = new StringBuilder();
        DateTimeOffset start = points[^1].At.AddMinutes(-minutes);
        DateTimeOffset before = start;
        (string X, string Y)? last = null;
        string first = "";
        foreach (HistoryPoint point in points.Where(point => point.At >= start))
        {
            double value = line.Value(point);
            if (point.At - before > HistoryRing.Step * 3)
            {
                // The machine slept: nothing is known of that time.
                End();
            }

            before = point.At;
            string x = Number((point.At - start).TotalMinutes / minutes * Width);
            if (!double.IsFinite(value))
            {
                End();
                continue;
            }

            string y = Number(Height - 1 - (value / top * (Height - 2)));
            if (last is null)
            {
                first = x;
                // A point on its own is drawn as a dot.
                path.Append('M').Append(x).Append(' ').Append(y).Append("h0");
                area.Append('M').Append(x).Append(" 119");
            }

            path.Append('L').Append(x).Append(' ').Append(y);
            area.Append('L').Append(x).Append(' ').Append(y);
            last = (x, y);
        }

        string dot = last is { } end ? $"M{end.X} {end.Y}h0" : "";
        End();
        return (path.ToString(), area.ToString(), dot);

        void End()
        {
            if (last is { } end)
            {
                area.Append('L').Append(end.X).Append(" 119L").Append(first).Append(" 119Z");
            }

            last = null;
        }
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
