using System.Globalization;
using System.Text.Json;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GoTor.Node.Tools.Ctl;

/// <summary>Bandwidth with its recent course, and the circuits below.</summary>
internal sealed class TopLive(ControlConnection connection, TimeProvider time) : ILive
{
    private const string Bars = "▁▂▃▄▅▆▇█";
    private const int Course = 60;

    private readonly Queue<double> _down = [];
    private readonly Queue<double> _up = [];
    private RecordTable _circuits = CircuitsView.Parse(null);
    private string? _version;
    private string? _progress;
    private string? _summary;
    private long? _read;
    private long? _written;
    private long _at;

    public async Task UpdateAsync(CancellationToken cancellation)
    {
        _version ??= await connection.InfoAsync("version", cancellation);
        StatusLine bootstrap = StatusLine.Read(await connection.InfoAsync("status/bootstrap-phase", cancellation) ?? "", 2);
        (_progress, _summary) = (bootstrap["PROGRESS"], bootstrap["SUMMARY"]);
        long? read = (long?)StatusView.Number(await connection.InfoAsync("traffic/read", cancellation));
        long? written = (long?)StatusView.Number(await connection.InfoAsync("traffic/written", cancellation));
        long now = time.GetTimestamp();
        double seconds = time.GetElapsedTime(_at, now).TotalSeconds;
        if (_read is not null && seconds > 0)
        {
            Add(_down, Math.Max(0, (read - _read ?? 0) / seconds));
            Add(_up, Math.Max(0, (written - _written ?? 0) / seconds));
        }

        (_read, _written, _at) = (read, written, now);
        _circuits = CircuitsView.Parse(await connection.InfoAsync("circuit-status", cancellation));
    }

    public IRenderable Render(int height)
    {
        List<IRenderable> rows =
        [
            ToolConsole.Line($"Tor {_version ?? "?"}   bootstrap {_progress ?? "?"} % {_summary}"),
            ToolConsole.Line($"down {Rate(_down),12}  {Sparkline(_down)}"),
            ToolConsole.Line($"up   {Rate(_up),12}  {Sparkline(_up)}"),
            ToolConsole.Line($"{_circuits.Rows.Count} circuits"),
        ];
        if (_circuits.Rows.Count > 0)
            rows.Add(_circuits.Render());
        return new Rows(rows);
    }

    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("version", _version);
        writer.WriteString("bootstrap", _progress);
        WriteNumber(writer, "bytes_read", _read);
        WriteNumber(writer, "bytes_written", _written);
        WriteNumber(writer, "read_per_second", _down.Count > 0 ? (long)_down.Last() : null);
        WriteNumber(writer, "written_per_second", _up.Count > 0 ? (long)_up.Last() : null);
        writer.WritePropertyName("circuits");
        _circuits.WriteJson(writer);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string key, long? number)
    {
        if (number is { } known)
            writer.WriteNumber(key, known);
        else
            writer.WriteNull(key);
    }

    private static void Add(Queue<double> course, double value)
    {
        course.Enqueue(value);
        if (course.Count > Course)
            course.Dequeue();
    }

    private static string Sparkline(Queue<double> course)
    {
        double top = Math.Max(1, course.DefaultIfEmpty().Max());
        return string.Concat(course.Select(value => Bars[(int)Math.Round(value / top * (Bars.Length - 1))]));
    }

    private static string Rate(Queue<double> course) => course.Count == 0 ? "-" : ByteCount(course.Last()) + "/s";

    private static string ByteCount(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB"];
        int unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++)
            bytes /= 1024;
        return bytes.ToString(unit == 0 ? "F0" : "F1", CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
