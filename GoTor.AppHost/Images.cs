namespace GoTor.AppHost;

/// <summary>The images of the containers, with the tags that deploy/ pins too.</summary>
internal static class Images
{
    public static readonly (string Name, string Tag) Prometheus = ("prom/prometheus", "v3.5.3");
    public static readonly (string Name, string Tag) Alertmanager = ("prom/alertmanager", "v0.33.1");
    public static readonly (string Name, string Tag) Grafana = ("grafana/grafana", "13.1.0");
}
