using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using GoTor.MetricsGateway.Http;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Json;

/// <summary><c>GET /metrics/json</c>: go-tor's 32 fields, of one node (<c>?node=</c>) or of all that are not stale together.</summary>
internal static class MetricsJson
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, IndentSize = 2, NewLine = "\n" };

    // In go-tor's order.
    private static readonly (string Name, Func<ContractFields, long> Value)[] Fields =
    [
        (nameof(ContractFields.CircuitBuilds), fields => fields.CircuitBuilds),
        (nameof(ContractFields.CircuitBuildSuccess), fields => fields.CircuitBuildSuccess),
        (nameof(ContractFields.CircuitBuildFailure), fields => fields.CircuitBuildFailure),
        (nameof(ContractFields.CircuitBuildTimeAvg), fields => fields.CircuitBuildTimeAvg),
        (nameof(ContractFields.CircuitBuildTimeP95), fields => fields.CircuitBuildTimeP95),
        (nameof(ContractFields.ActiveCircuits), fields => fields.ActiveCircuits),
        (nameof(ContractFields.ConnectionAttempts), fields => fields.ConnectionAttempts),
        (nameof(ContractFields.ConnectionSuccess), fields => fields.ConnectionSuccess),
        (nameof(ContractFields.ConnectionFailures), fields => fields.ConnectionFailures),
        (nameof(ContractFields.ConnectionRetries), fields => fields.ConnectionRetries),
        (nameof(ContractFields.TLSHandshakeAvg), fields => fields.TLSHandshakeAvg),
        (nameof(ContractFields.TLSHandshakeP95), fields => fields.TLSHandshakeP95),
        (nameof(ContractFields.ActiveConnections), fields => fields.ActiveConnections),
        (nameof(ContractFields.StreamsCreated), fields => fields.StreamsCreated),
        (nameof(ContractFields.StreamsClosed), fields => fields.StreamsClosed),
        (nameof(ContractFields.StreamFailures), fields => fields.StreamFailures),
        (nameof(ContractFields.ActiveStreams), fields => fields.ActiveStreams),
        (nameof(ContractFields.StreamData), fields => fields.StreamData),
        (nameof(ContractFields.GuardsActive), fields => fields.GuardsActive),
        (nameof(ContractFields.GuardsConfirmed), fields => fields.GuardsConfirmed),
        (nameof(ContractFields.SocksConnections), fields => fields.SocksConnections),
        (nameof(ContractFields.SocksRequests), fields => fields.SocksRequests),
        (nameof(ContractFields.SocksErrors), fields => fields.SocksErrors),
        (nameof(ContractFields.IsolatedCircuits), fields => fields.IsolatedCircuits),
        (nameof(ContractFields.IsolationKeys), fields => fields.IsolationKeys),
        (nameof(ContractFields.IsolationHits), fields => fields.IsolationHits),
        (nameof(ContractFields.IsolationMisses), fields => fields.IsolationMisses),
        (nameof(ContractFields.ReplayAttemptsDetected), fields => fields.ReplayAttemptsDetected),
        (nameof(ContractFields.ReplayForwardAttempts), fields => fields.ReplayForwardAttempts),
        (nameof(ContractFields.ReplayBackwardAttempts), fields => fields.ReplayBackwardAttempts),
        (nameof(ContractFields.OutOfOrderCells), fields => fields.OutOfOrderCells),
        (nameof(ContractFields.UptimeSeconds), fields => fields.UptimeSeconds),
    ];

    public static void MapMetricsJson(this IEndpointRouteBuilder endpoints)
    {
        INodeDirectory nodes = endpoints.ServiceProvider.GetRequiredService<INodeDirectory>();
        endpoints.MapRead("/metrics/json", context => ServeAsync(context, nodes));
    }

    private static Task ServeAsync(HttpContext context, INodeDirectory nodes)
    {
        if (NodeQuery.TryRead(context, nodes, out NodeState? node, out string? fault))
            return context.SendAsync(StatusCodes.Status200OK, "application/json", Write(node?.Latest.Fields ?? Together(nodes.List())));
        return context.SendTextAsync(StatusCodes.Status404NotFound, fault);
    }

    private static ContractFields Together(ImmutableArray<NodeState> nodes) => ContractFieldsReader.Of(
        [.. nodes.Where(node => !node.Presence.IsGone()).Select(node => node.Latest.Families)]);

    private static ReadOnlyMemory<byte> Write(ContractFields fields)
    {
        var buffer = new ArrayBufferWriter<byte>(1536);
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            foreach ((string name, Func<ContractFields, long> value) in Fields)
                json.WriteNumber(name, value(fields));
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
