using System.Net;

namespace GoTor.MetricsGateway.Http;

/// <summary>
/// Answers only those who ask for the gateway by its own name. A page on another site can make a browser ask here under that site's name
/// (DNS rebinding) and would read the answer otherwise. Addresses are no names: nobody can point them elsewhere.
/// </summary>
internal sealed class HostCheck(IEnumerable<string> allowed)
{
    private readonly HashSet<string> _allowed = new(allowed, StringComparer.OrdinalIgnoreCase);

    public bool Allows(HostString host) =>
        host.HasValue
        && (_allowed.Contains("*")
            || host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || _allowed.Contains(host.Host)
            || IPAddress.TryParse(host.Host.Trim('[', ']'), out _));
}
