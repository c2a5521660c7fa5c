using System.Diagnostics.CodeAnalysis;
using GoTor.MetricsGateway.Nodes;
using GoTor.MetricsGateway.Reports;
using Microsoft.Extensions.Primitives;

namespace GoTor.MetricsGateway.Http;

/// <summary>The query <c>?node=NAME</c>, which asks for one node instead of all.</summary>
internal static class NodeQuery
{
    /// <summary>Reads it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="nodes">Where nodes are known.</param>
    /// <param name="node">The node, or null when the request is for all.</param>
    /// <param name="fault">What to say with 404 when there is no such node.</param>
    public static bool TryRead(HttpContext context, INodeDirectory nodes, out NodeState? node, [NotNullWhen(false)] out string? fault)
    {
        (node, fault) = (null, null);
        StringValues asked = context.Request.Query["node"];
        if (asked.Count == 0)
            return true;
        if (asked.Count == 1 && ReportText.IsId(asked[0]!))
            node = nodes.Find(asked[0]!);
        if (node is not null)
            return true;
        fault = asked.Count == 1
            ? $"No node named {ReportText.Quote(asked[0]!)} has reported to this gateway."
            : "Ask for one node at a time.";
        return false;
    }
}
