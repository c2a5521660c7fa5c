using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using GoTor.Node.Reporting.Sending;

namespace GoTor.Node.Configuration;

/// <summary>Reads the options of metrics, and says what they make together.</summary>
internal static class MetricsLines
{
    public const string TokenVariable = "GOTOR_METRICS_TOKEN";

    private const int MaxNameLength = 64;
    private const int MaxLabels = 8;
    private const long MaxTokenFileBytes = 4096;

    /// <summary><c>PORT</c>, <c>ADDRESS:PORT</c> or <c>0</c>, then perhaps C tor's "prometheus".</summary>
    /// <param name="address">Null for 0: off.</param>
    public static bool TryParsePort(string value, out IPEndPoint? address)
    {
        address = null;
        string[] words = value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words.Length > 2 || (words.Length == 2 && !words[1].Equals("prometheus", StringComparison.OrdinalIgnoreCase)))
            return false;
        if (ushort.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            address = port == 0 ? null : new IPEndPoint(IPAddress.Loopback, port);
            return true;
        }

        // An IPv6 address without brackets could not be told from one with a port.
        int colon = words[0].LastIndexOf(':');
        bool bracketed = words[0].StartsWith('[') && words[0][..Math.Max(colon, 0)].EndsWith(']');
        if (colon < 0 || (!bracketed && words[0].IndexOf(':', StringComparison.Ordinal) != colon))
            return false;
        string host = bracketed ? words[0][1..(colon - 1)] : words[0][..colon];
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            host = "127.0.0.1";
        if (!IPAddress.TryParse(host, out IPAddress? ip) || !ushort.TryParse(words[0][(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port))
            return false;
        address = port == 0 ? null : new IPEndPoint(ip, port);
        return true;
    }

    /// <summary><c>host:port</c>, <c>http://host:port</c> or <c>https://host:port</c>, and nothing behind it.</summary>
    public static bool TryParseGateway(string value, [NotNullWhen(true)] out Uri? gateway)
    {
        string text = value.Contains("://", StringComparison.Ordinal) ? value : "http://" + value;
        return Uri.TryCreate(text, UriKind.Absolute, out gateway)
            && gateway.Scheme is "http" or "https"
            && gateway is { PathAndQuery: "/", Fragment: "", UserInfo: "", Host.Length: > 0, Port: > 0 }
            && HasPort(text);
    }

    public static bool IsNodeName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>The machine's name, as far as its characters may be used.</summary>
    public static string DefaultNodeName(string machine)
    {
        string name = new([.. machine.Where(c => IsNodeName(c.ToString())).Take(MaxNameLength)]);
        return name.Length > 0 ? name : "gotor";
    }

    /// <summary><c>name=value, name=value</c>: at most eight, the names like <c>region</c>, the values of up to 64 visible characters.</summary>
    public static bool TryParseLabels(string value, [NotNullWhen(true)] out Dictionary<string, string>? labels)
    {
        labels = new(StringComparer.Ordinal);
        foreach (string part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !IsLabelName(part[..equals]) || !IsLabelValue(part[(equals + 1)..]) || !labels.TryAdd(part[..equals], part[(equals + 1)..]))
                return false;
        }

        return labels.Count is > 0 and <= MaxLabels;
    }

    /// <summary>What the options make together.</summary>
    /// <param name="environmentToken">The value of <see cref="TokenVariable"/>, if it is set.</param>
    /// <returns>Null when metrics are off, or when something is wrong, which is added to the problems.</returns>
    public static MetricsOptions? Finish(ConfigurationDraft draft, string? environmentToken, List<ConfigProblem> problems, List<ConfigProblem> warnings)
    {
        ConfigSource whole = new("configuration", 0);
        MetricsDraft given = draft.Metrics;
        bool? enabled = draft.Switches.TryGetValue("EnableMetrics", out bool value) ? value : null;
        bool asked = given.Gateway is not null || given.Port is not null;
        if (enabled == false || (enabled is null && !asked))
        {
            if (enabled == false && asked)
                warnings.Add(new ConfigProblem(whole, "EnableMetrics 0 switches metrics off; MetricsPort and MetricsGateway have no effect."));
            return null;
        }

        int before = problems.Count;
        if (given is { Gateway: not null, Port: not null })
            problems.Add(new ConfigProblem(whole, "MetricsPort starts a metrics gateway of the node's own, MetricsGateway reports to another one. Give one of them."));
        if (given is { Token: not null, TokenFile: not null })
            problems.Add(new ConfigProblem(whole, "MetricsToken and MetricsTokenFile are both given. Give one of them."));
        BearerToken? token = given.Token ?? given.TokenFile ?? FromEnvironment(environmentToken, problems);
        if (given.Gateway is not null && token is null && !given.HasToken && problems.Count == before)
        {
            problems.Add(new ConfigProblem(
                whole, $"MetricsGateway needs the gateway's token: give MetricsTokenFile, or the environment variable {TokenVariable}."));
        }

        MetricsOptions options = new()
        {
            Gateway = given.Gateway,
            HttpAddress = given.Port ?? new IPEndPoint(IPAddress.Loopback, MetricsOptions.DefaultPort),
            Token = token,
            TokenFile = given is { Token: null, TokenFile: not null } ? given.TokenPath : null,
            NodeName = given.NodeName ?? DefaultNodeName(Environment.MachineName),
            Labels = given.Labels ?? [],
            Profiling = draft.Switches.GetValueOrDefault("MetricsProfiling"),
        };
        if (options.Gateway is null && !IPAddress.IsLoopback(options.HttpAddress.Address))
            warnings.Add(new ConfigProblem(whole, "MetricsPort is open to other hosts: whoever can connect can watch this node."));
        return problems.Count == before ? options : null;
    }

    /// <returns>Null, and a problem, when the file holds no token.</returns>
    public static BearerToken? ReadTokenFile(string path, ConfigSource source, List<ConfigProblem> problems)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[MaxTokenFileBytes];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (BearerToken.TryParse(System.Text.Encoding.UTF8.GetString(bytes, 0, length), out BearerToken? token, out string? error))
                return token;
            problems.Add(new ConfigProblem(source, $"MetricsTokenFile {path}: {error}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new ConfigProblem(source, $"MetricsTokenFile cannot be read: {error.Message}"));
        }

        return null;
    }

    private static BearerToken? FromEnvironment(string? text, List<ConfigProblem> problems)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (!BearerToken.TryParse(text, out BearerToken? token, out string? error))
            problems.Add(new ConfigProblem(new ConfigSource("environment", 0), $"{TokenVariable}: {error}"));
        return token;
    }

    /// <summary>A port that is left out would be 80 or 443, which no gateway listens on.</summary>
    private static bool HasPort(string uri)
    {
        string authority = uri[(uri.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/');
        int colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']') && colon + 1 < authority.Length;
    }

    private static bool IsLabelName(string name) =>
        name.Length <= MaxNameLength && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private static bool IsLabelValue(string value) => value.Length is > 0 and <= MaxNameLength && value.All(c => c is >= ' ' and <= '~');
}

/// <summary>The options of metrics while lines are applied.</summary>
internal sealed class MetricsDraft
{
    public IPEndPoint? Port { get; set; }

    public Uri? Gateway { get; set; }

    /// <summary>A token was given, if only a bad one.</summary>
    public bool HasToken { get; set; }

    public BearerToken? Token { get; set; }

    public BearerToken? TokenFile { get; set; }

    /// <summary>Where <see cref="TokenFile"/> is from.</summary>
    public string? TokenPath { get; set; }

    public string? NodeName { get; set; }

    public Dictionary<string, string>? Labels { get; set; }
}
