using System.Buffers;
using System.Globalization;
using System.Text.Json;
using GoTor.MetricsGateway.Http;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Health;

/// <summary>
/// <c>/health</c>: the nodes, 503 when unhealthy. <c>/health/live</c> and <c>/health/ready</c>: this process, which has to take reports
/// before any node can be healthy.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, IndentSize = 2, NewLine = "\n" };

    public static void AddHealth(this IServiceCollection services) => services.AddSingleton<FleetHealth>();

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        INodeDirectory nodes = endpoints.ServiceProvider.GetRequiredService<INodeDirectory>();
        FleetHealth fleet = endpoints.ServiceProvider.GetRequiredService<FleetHealth>();
        IHostApplicationLifetime lifetime = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>();
        endpoints.MapRead("/health", context => ServeAsync(context, nodes, fleet));
        endpoints.MapRead("/health/live", context => SendStateAsync(context, isUp: true));
        endpoints.MapRead("/health/ready", context => SendStateAsync(
            context, lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested));
    }

    /// <summary>"healthy", "degraded", "unhealthy".</summary>
    public static string Word(HealthLevel level) => level switch
    {
        HealthLevel.Healthy => "healthy",
        HealthLevel.Degraded => "degraded",
        _ => "unhealthy",
    };

    private static Task ServeAsync(HttpContext context, INodeDirectory nodes, FleetHealth fleet)
    {
        if (!NodeQuery.TryRead(context, nodes, out NodeState? node, out string? fault))
            return context.SendTextAsync(StatusCodes.Status404NotFound, fault);
        HealthReport report = node is null ? fleet.Check() : fleet.Check(node);
        int status = report.Status == HealthLevel.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return context.SendAsync(status, "application/json", Write(report));
    }

    private static Task SendStateAsync(HttpContext context, bool isUp) => isUp
        ? context.SendAsync(StatusCodes.Status200OK, "application/json", "{ \"status\": \"healthy\" }\n"u8.ToArray())
        : context.SendAsync(StatusCodes.Status503ServiceUnavailable, "application/json", "{ \"status\": \"unhealthy\" }\n"u8.ToArray());

    private static ReadOnlyMemory<byte> Write(HealthReport report)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            json.WriteString("status", Word(report.Status));
            json.WriteStartObject("components");
            foreach (NodeComponent component in report.Components)
                Write(json, component);
            json.WriteEndObject();
            json.WriteString("timestamp", Time(report.Timestamp));
            json.WriteNumber("uptime", (long)report.Uptime.TotalSeconds * 1_000_000_000);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    // go-tor leaves out what is empty, and so do we.
    private static void Write(Utf8JsonWriter json, NodeComponent component)
    {
        json.WriteStartObject(component.Name);
        json.WriteString("name", component.Name);
        json.WriteString("status", Word(component.Status));
        if (component.Message.Length > 0)
            json.WriteString("message", component.Message);
        json.WriteString("last_checked", Time(component.CheckedAt));
        if (!component.Details.IsEmpty)
        {
            json.WriteStartObject("details");
            foreach ((string name, string value) in component.Details)
            {
                if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
                    json.WriteNumber(name, number);
                else
                    json.WriteString(name, value);
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    // RFC 3339 with as many digits as there are, as Go writes it.
    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
