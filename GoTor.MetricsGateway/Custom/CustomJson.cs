using System.Text.Json;
using System.Text.Json.Serialization;

namespace GoTor.MetricsGateway.Custom;

/// <summary>What an application registers, as JSON: the fields of custom_metrics.proto.</summary>
/// <remarks>What may be left out has a setter: the generated reader would set init-only properties that are absent to null.</remarks>
internal sealed record RegisterJson
{
    public required string Name { get; init; }

    /// <summary>"counter", "gauge" or "histogram".</summary>
    public required string Type { get; init; }

    public string Unit { get; set; } = "";

    public string Help { get; set; } = "";

    public IReadOnlyList<double> Bounds { get; set; } = [];

    /// <exception cref="CustomRefusedException">The type is unknown.</exception>
    public MetricsContract.RegisterRequest ToRequest() => new()
    {
        Name = Name,
        Type = Type switch
        {
            "counter" => MetricsContract.MetricType.Counter,
            "gauge" => MetricsContract.MetricType.Gauge,
            "histogram" => MetricsContract.MetricType.Histogram,
            _ => MetricsContract.MetricType.Unspecified,
        },
        Unit = Unit,
        Help = Help,
        Bounds = { Bounds },
    };
}

/// <summary>Changes, as JSON.</summary>
internal sealed record UpdatesJson
{
    public required IReadOnlyList<UpdateJson?> Updates { get; init; }

    public IReadOnlyList<MetricsContract.Update> ToUpdates() => [.. Updates.Select(update => (update ?? throw CustomRules.Invalid("an update is null")).ToUpdate())];
}

/// <summary>One change, as JSON: exactly one of add, set and observe.</summary>
internal sealed record UpdateJson
{
    public required string Name { get; init; }

    public IReadOnlyDictionary<string, string?> Labels { get; set; } = new Dictionary<string, string?>();

    public double? Add { get; init; }

    public double? Set { get; init; }

    public double? Observe { get; init; }

    /// <exception cref="CustomRefusedException">It has none or several of add, set and observe.</exception>
    public MetricsContract.Update ToUpdate()
    {
        if ((Add is null ? 0 : 1) + (Set is null ? 0 : 1) + (Observe is null ? 0 : 1) != 1)
            throw CustomRules.Invalid($"{Reports.ReportText.Quote(Name)} needs exactly one of add, set and observe");
        MetricsContract.Update update = new()
        {
            Name = Name,
            Labels = { Labels.Select(label => new MetricsContract.Label { Name = label.Key, Value = label.Value ?? "" }) },
        };
        if (Add is { } add)
            update.Add = add;
        if (Set is { } set)
            update.Set = set;
        if (Observe is { } observe)
            update.Observe = observe;
        return update;
    }
}

/// <summary>What an application is told.</summary>
internal sealed record CustomAnswerJson
{
    public string? PrometheusName { get; init; }

    public string? Error { get; init; }
}

/// <summary>A field that nobody knows is an error: it would be a misspelt one.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegisterJson))]
[JsonSerializable(typeof(UpdatesJson))]
[JsonSerializable(typeof(CustomAnswerJson))]
internal sealed partial class CustomJsonContext : JsonSerializerContext;
