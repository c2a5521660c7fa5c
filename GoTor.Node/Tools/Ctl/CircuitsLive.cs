using System.Text.Json;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;
using Spectre.Console.Rendering;

namespace GoTor.Node.Tools.Ctl;

/// <summary>The circuits, again and again.</summary>
internal sealed class CircuitsLive(ControlConnection connection) : ILive
{
    private RecordTable _table = CircuitsView.Parse(null);

    public async Task UpdateAsync(CancellationToken cancellation) => _table = await CircuitsView.ReadAsync(connection, cancellation);

    public IRenderable Render(int height) => _table.Rows.Count == 0 ? ToolConsole.Line(_table.Empty) : _table.Render();

    public void WriteJson(Utf8JsonWriter writer) => _table.WriteJson(writer);
}
