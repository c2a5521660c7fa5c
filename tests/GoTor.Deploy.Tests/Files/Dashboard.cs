using System.Text.Json;

namespace GoTor.Deploy.Tests.Files;

/// <summary>A Grafana dashboard as its file says.</summary>
internal sealed record Dashboard(string File, JsonElement Json)
{
    public static IReadOnlyList<Dashboard> All { get; } =
    [
        .. Directory.GetFiles(Repository.PathOf("deploy", "grafana", "dashboards"), "*.json")
            .Order(StringComparer.Ordinal)
            .Select(file => new Dashboard(Path.GetFileNameWithoutExtension(file), JsonDocument.Parse(System.IO.File.ReadAllText(file)).RootElement)),
    ];

    /// <summary>For theories.</summary>
    public static TheoryData<string> Files => [.. All.Select(dashboard => dashboard.File)];

    public static Dashboard Named(string file) => All.Single(dashboard => dashboard.File == file);

    /// <summary>Everything with a place on the page, rows too.</summary>
    public IReadOnlyList<Panel> Panels => [.. Json.GetProperty("panels").EnumerateArray().Select(panel => new Panel(panel))];

    public IReadOnlyList<Variable> Variables =>
        [.. Json.GetProperty("templating").GetProperty("list").EnumerateArray().Select(variable => new Variable(variable))];

    /// <summary>Every expression of every panel.</summary>
    public IEnumerable<(Panel Panel, string Expression)> Expressions =>
        Panels.SelectMany(panel => panel.Targets, (panel, target) => (panel, target.GetProperty("expr").GetString()!));
}

/// <summary>One panel.</summary>
internal sealed record Panel(JsonElement Json)
{
    public int Id => Json.GetProperty("id").GetInt32();

    public string Type => Json.GetProperty("type").GetString()!;

    public string Title => Json.GetProperty("title").GetString()!;

    public string Description => Json.TryGetProperty("description", out JsonElement text) ? text.GetString()! : "";

    public (int X, int Y, int W, int H) Place
    {
        get
        {
            JsonElement place = Json.GetProperty("gridPos");
            return (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32(), place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
        }
    }

    public IReadOnlyList<JsonElement> Targets =>
        Json.TryGetProperty("targets", out JsonElement targets) ? [.. targets.EnumerateArray()] : [];

    public bool Overlaps(Panel other) =>
        Place.X < other.Place.X + other.Place.W && other.Place.X < Place.X + Place.W
        && Place.Y < other.Place.Y + other.Place.H && other.Place.Y < Place.Y + Place.H;

    public override string ToString() => $"\"{Title}\"";
}

/// <summary>A choice at the top of a dashboard.</summary>
internal sealed record Variable(JsonElement Json)
{
    public string Name => Json.GetProperty("name").GetString()!;

    public string Type => Json.GetProperty("type").GetString()!;

    /// <summary>Of a query: "label_values(METRIC, LABEL)".</summary>
    public string? Query => Type == "query" ? Json.GetProperty("query").GetProperty("query").GetString() : null;

    public bool IsMulti => Json.GetProperty("multi").GetBoolean();
}
