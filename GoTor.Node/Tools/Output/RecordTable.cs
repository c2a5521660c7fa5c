using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace GoTor.Node.Tools.Output;

/// <summary>A column: its name in JSON, and its heading.</summary>
internal sealed record Column(string Key, string Title);

/// <summary>
/// Records that people see as a table and scripts as JSON. Cells are texts, lists of texts, whole numbers, truths or null (unknown).
/// </summary>
/// <param name="empty">What people read when there is nothing.</param>
internal sealed class RecordTable(string empty, params Column[] columns)
{
    private readonly List<object?[]> _rows = [];

    public string Empty => empty;

    public IReadOnlyList<object?[]> Rows => _rows;

    /// <summary>One record only, shown as one line per field, and one object instead of a list in JSON.</summary>
    public bool IsSingle { get; init; }

    public void Add(params object?[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, columns.Length);
        _rows.Add(cells);
    }

    public Table Render()
    {
        Table table = new() { Border = TableBorder.Minimal };
        if (IsSingle)
        {
            table.AddColumn("").AddColumn("").HideHeaders();
            for (int i = 0; i < columns.Length; i++)
                table.AddRow(new Text(columns[i].Title), new Text(Show(_rows[0][i])));
            return table;
        }

        foreach (Column column in columns)
            table.AddColumn(new TableColumn(new Text(column.Title)));
        foreach (object?[] row in _rows)
            table.AddRow(row.Select(cell => new Text(Show(cell))));
        return table;
    }

    public void WriteJson(Utf8JsonWriter writer)
    {
        if (!IsSingle)
            writer.WriteStartArray();
        foreach (object?[] row in _rows)
        {
            writer.WriteStartObject();
            for (int i = 0; i < columns.Length; i++)
                WriteCell(writer, columns[i].Key, row[i]);
            writer.WriteEndObject();
        }

        if (!IsSingle)
            writer.WriteEndArray();
    }

    private static string Show(object? cell) => PlainText.Of(cell switch
    {
        null => "-",
        bool truth => truth ? "yes" : "no",
        IReadOnlyList<string> list => list.Count == 0 ? "-" : string.Join(", ", list),
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture)!,
    });

    private static void WriteCell(Utf8JsonWriter writer, string key, object? cell)
    {
        switch (cell)
        {
            case null:
                writer.WriteNull(key);
                break;
            case bool truth:
                writer.WriteBoolean(key, truth);
                break;
            case int number:
                writer.WriteNumber(key, number);
                break;
            case long number:
                writer.WriteNumber(key, number);
                break;
            case IReadOnlyList<string> list:
                writer.WriteStartArray(key);
                foreach (string item in list)
                    writer.WriteStringValue(item);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteString(key, (string)cell);
                break;
        }
    }
}
