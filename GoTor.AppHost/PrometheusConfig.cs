namespace GoTor.AppHost;

/// <summary>deploy/prometheus/prometheus.yml with the addresses that its names stand for in this run. Nothing else of it changes.</summary>
internal static class PrometheusConfig
{
    private const string Gateway = "gateway:9052";
    private const string Alertmanager = "[alertmanager:9093]";
    private const string Itself = "localhost:9090";
    private const string Rules = "rules/*.yml";

    /// <summary>For the container: it finds Alertmanager by name, its rules beside the file, and the gateway on the host.</summary>
    public static string ForContainer(string text, string gateway) => Put(text, Gateway, gateway);

    /// <summary>For a Prometheus on the host, which has no Alertmanager.</summary>
    /// <param name="rules">The folder of the rule files.</param>
    public static string ForHost(string text, string gateway, string itself, string rules)
    {
        text = Put(text, Gateway, gateway);
        text = Put(text, Itself, itself);
        text = Put(text, Rules, Path.Combine(rules, "*.yml"));
        return Put(text, Alertmanager, "[]");
    }

    // A name that is not there any more would be scraped by nobody, in silence.
    private static string Put(string text, string name, string value) => text.Contains(name, StringComparison.Ordinal)
        ? text.Replace(name, value, StringComparison.Ordinal)
        : throw new InvalidOperationException($"prometheus.yml does not say '{name}'.");
}
