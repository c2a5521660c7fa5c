using System.Globalization;
using GoTor.MetricsContract;

namespace GoTor.MetricsGateway.Profiling;

/// <summary>What a request asks for.</summary>
/// <param name="Node">The node's id; null for the gateway itself.</param>
/// <param name="Kind">Processor or heap.</param>
/// <param name="Duration">Of a processor trace; of a heap, how long it may take.</param>
/// <param name="IsSpeedscope">As JSON for https://www.speedscope.app instead of .nettrace.</param>
internal sealed record ProfileQuery(string? Node, ProfileKind Kind, TimeSpan Duration, bool IsSpeedscope)
{
    private const int UsualSeconds = 10;

    /// <summary>The name of the file that it becomes.</summary>
    public string FileName(DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Node ?? "gateway"}-{(Kind == ProfileKind.Gc ? "gc" : "cpu")}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}{(IsSpeedscope ? ".speedscope.json" : ".nettrace")}");

    /// <returns>The fault, or null and what is asked for.</returns>
    public static string? Read(IQueryCollection query, int maxSeconds, out ProfileQuery asked)
    {
        asked = new ProfileQuery(null, ProfileKind.Cpu, TimeSpan.FromSeconds(Math.Min(UsualSeconds, maxSeconds)), false);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in query)
        {
            if (values.Count != 1 || values[0] is not { } value)
                return $"'{Reports.ReportText.Clean(name, 20)}' comes more than once";
            switch ((name, value))
            {
                case ("target", "gateway" or "node"):
                    break;
                case ("node", _) when Reports.ReportText.IsId(value):
                    asked = asked with { Node = value };
                    break;
                case ("kind", "cpu" or "gc"):
                    asked = asked with { Kind = value == "gc" ? ProfileKind.Gc : ProfileKind.Cpu };
                    break;
                case ("format", "nettrace" or "speedscope"):
                    asked = asked with { IsSpeedscope = value == "speedscope" };
                    break;
                case ("seconds", _) when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds >= 1 && seconds <= maxSeconds:
                    asked = asked with { Duration = TimeSpan.FromSeconds(seconds) };
                    break;
                default:
                    return $"ask with target=gateway or target=node&node=ID, kind=cpu|gc, seconds=1 to {maxSeconds}, format=nettrace|speedscope; '{Reports.ReportText.Clean(name, 20)}' is none of these or has another value";
            }
        }
        if (query["target"] == "node" != (asked.Node is not null))
            return "target=node needs node=ID, and node=ID needs target=node";
        return asked is { Kind: ProfileKind.Gc, IsSpeedscope: true } ? "a heap has no speedscope form: format=nettrace" : null;
    }
}
