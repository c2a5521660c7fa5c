using System.Globalization;
using System.Net;
using GoTor.MetricsGateway.Custom;
using GoTor.MetricsGateway.Profiling;
using GoTor.MetricsGateway.Push;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Hosting;

/// <summary>
/// The gateway's settings: section Gateway of appsettings.json, environment variables Gateway__NAME, command line --Gateway:NAME=VALUE.
/// </summary>
internal sealed record GatewayOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Gateway";

    /// <summary>The environment variable with the token.</summary>
    public const string TokenVariable = "GOTOR_METRICS_TOKEN";

    /// <summary>Where the pages and metrics are served: ADDRESS:PORT. Port 0 lets the system choose.</summary>
    public string HttpAddress { get; init; } = "127.0.0.1:9052";

    /// <summary>Where nodes report: ADDRESS:PORT.</summary>
    public string GrpcAddress { get; init; } = "127.0.0.1:9053";

    /// <summary>The token that nodes present. Never on a command line, where other users see it.</summary>
    public string? Token { get; init; }

    /// <summary>A file with the token in its first line, read again when it changes. It goes before <see cref="Token"/>.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The token of applications that have metrics of their own; null for <see cref="Token"/>.</summary>
    public string? CustomToken { get; init; }

    /// <summary>A file with <see cref="CustomToken"/> in its first line.</summary>
    public string? CustomTokenFile { get; init; }

    /// <summary>Host names, separated by semicolons, under which browsers and Prometheus may ask, beside localhost and addresses. "*": all.</summary>
    public string AllowedHosts { get; init; } = "";

    /// <summary>A certificate with its chain as PEM: both ports then speak TLS.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The certificate's key as PEM; without it, the key is in <see cref="CertificateFile"/>.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>Connections at once, both ports together.</summary>
    public int MaxConnections { get; init; } = 4_096;

    /// <summary>Requests served at once, those of nodes not counted.</summary>
    public int MaxRequests { get; init; } = 1_024;

    /// <summary>How much nodes may take.</summary>
    public ReportQuotas Quotas { get; init; } = new();

    /// <summary>How much applications may take with metrics of their own.</summary>
    public CustomQuotas Custom { get; init; } = new();

    /// <summary>Profiles on request; off unless enabled.</summary>
    public ProfilingOptions Profiling { get; init; } = new();

    /// <summary>Pushing to a Pushgateway; off unless it names one.</summary>
    public PushOptions Push { get; init; } = new();

    /// <summary>Exporting to an OTLP collector; off unless it names one.</summary>
    public OtlpOptions Otlp { get; init; } = new();

    /// <summary><see cref="AllowedHosts"/> one by one.</summary>
    public IEnumerable<string> HostNames() => AllowedHosts.Split([';', ',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Reads ADDRESS:PORT: an address, "localhost" or "*".</summary>
    public static bool TryParseAddress(string text, out IPEndPoint endpoint)
    {
        endpoint = new IPEndPoint(IPAddress.Loopback, 0);
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return false;
        string host = text[..colon];
        IPAddress? address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.IPv6Any,
            ['[', .. string inner, ']'] => IPAddress.TryParse(inner, out IPAddress? six) ? six : null,
            _ => !host.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(host, out IPAddress? four) ? four : null,
        };
        if (address is null)
            return false;
        endpoint = new IPEndPoint(address, port);
        return true;
    }
}
