using System.Net;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Hosting;

/// <summary>What is wrong with the settings, all of it at once.</summary>
internal static class GatewayOptionsRules
{
    public static IReadOnlyList<string> Faults(GatewayOptions options)
    {
        var faults = new List<string>();
        CheckAddress(faults, nameof(GatewayOptions.HttpAddress), options.HttpAddress);
        CheckAddress(faults, nameof(GatewayOptions.GrpcAddress), options.GrpcAddress);
        if (options.HttpAddress == options.GrpcAddress && !options.HttpAddress.EndsWith(":0", StringComparison.Ordinal))
            faults.Add($"HttpAddress and GrpcAddress are both {options.HttpAddress}: give each a port of its own");
        CheckFile(faults, nameof(GatewayOptions.CertificateFile), options.CertificateFile);
        CheckFile(faults, nameof(GatewayOptions.CertificateKeyFile), options.CertificateKeyFile);
        if (options.CertificateKeyFile is not null && options.CertificateFile is null)
            faults.Add("CertificateKeyFile is set without CertificateFile");
        foreach ((string name, long value) in Numbers(options))
        {
            if (value < 1)
                faults.Add($"{name} is {value}: it must be at least 1");
        }
        faults.AddRange(Push.PushRules.Faults(options.Push, options.Otlp));
        CheckToken(faults, options.Token);
        if (options.CustomToken is not null)
            CheckToken(faults, options.CustomToken);
        if (options.Profiling.Enabled)
            CheckProfilingToken(faults, options);
        return faults;
    }

    private static void CheckProfilingToken(List<string> faults, GatewayOptions options)
    {
        if (string.IsNullOrEmpty(options.Profiling.Token))
            faults.Add("Profiling is enabled without a token of its own: set Gateway:Profiling:TokenFile. The nodes' token does not give access to profiles");
        else if (options.Profiling.Token == options.Token || options.Profiling.Token == options.CustomToken)
            faults.Add("Profiling has the same token as the nodes or applications: give it one of its own, or every node could look into the gateway and other nodes");
        else
            CheckToken(faults, options.Profiling.Token);
    }

    /// <summary>Whether an address can be reached from other machines.</summary>
    public static bool IsWide(string address) => GatewayOptions.TryParseAddress(address, out IPEndPoint endpoint) && !IPAddress.IsLoopback(endpoint.Address);

    private static void CheckToken(List<string> faults, string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            faults.Add(
                $"there is no token: set Gateway:TokenFile or {GatewayOptions.TokenVariable}, and give nodes the same one. A good one: head -c 32 /dev/urandom | base64");
        }
        else if (ReportToken.Fault(token) is { } fault)
            faults.Add($"a token cannot be used: {fault}");
    }

    private static void CheckAddress(List<string> faults, string name, string address)
    {
        if (!GatewayOptions.TryParseAddress(address, out _))
            faults.Add($"{name} is '{address}': it must be ADDRESS:PORT, as 127.0.0.1:9052 or [::1]:9052");
    }

    private static void CheckFile(List<string> faults, string name, string? path)
    {
        if (path is not null && !File.Exists(path))
            faults.Add($"{name}: there is no file '{path}'");
    }

    private static IEnumerable<(string Name, long Value)> Numbers(GatewayOptions options) =>
    [
        (nameof(options.MaxConnections), options.MaxConnections),
        (nameof(options.MaxRequests), options.MaxRequests),
        ("Profiling:MaxSeconds", options.Profiling.MaxSeconds),
        ("Profiling:MaxBytes", options.Profiling.MaxBytes),
        ("Custom:Families", options.Custom.Families),
        ("Custom:Series", options.Custom.Series),
        ("Custom:SeriesPerFamily", options.Custom.SeriesPerFamily),
        ("Custom:Buckets", options.Custom.Buckets),
        ("Custom:Labels", options.Custom.Labels),
        ("Custom:LabelValueLength", options.Custom.LabelValueLength),
        ("Custom:UpdatesPerCall", options.Custom.UpdatesPerCall),
        ("Quotas:Nodes", options.Quotas.Nodes),
        ("Quotas:ReportBytes", options.Quotas.ReportBytes),
        ("Quotas:Families", options.Quotas.Families),
        ("Quotas:DifferentFamilies", options.Quotas.DifferentFamilies),
        ("Quotas:Series", options.Quotas.Series),
        ("Quotas:Buckets", options.Quotas.Buckets),
        ("Quotas:Labels", options.Quotas.Labels),
        ("Quotas:LabelValueLength", options.Quotas.LabelValueLength),
        ("Quotas:TextBytes", options.Quotas.TextBytes),
        ("Quotas:ReportsPerSecond", options.Quotas.ReportsPerSecond),
        ("Quotas:TotalReportsPerSecond", options.Quotas.TotalReportsPerSecond),
    ];
}
