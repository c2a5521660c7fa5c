using GoTor.Deploy.Tests.Files;

namespace GoTor.Deploy.Tests;

/// <summary>Names, addresses and times that stand in more than one file.</summary>
public sealed class ProvisioningTests
{
    private static readonly YamlValue Prometheus = YamlValue.Load(Repository.PathOf("deploy", "prometheus", "prometheus.yml"));

    private static YamlValue Provisioned(string kind, string file) => YamlValue.Load(Repository.PathOf("deploy", "grafana", "provisioning", kind, file));

    [Fact]
    public void DataSource_Settings_FitPrometheusAndDashboards()
    {
        YamlValue file = Provisioned("datasources", "prometheus.yml"), source = file["datasources"].Items.First();

        Assert.Equal("1", file["apiVersion"].Text);
        Assert.Equal("gotor-prometheus", source["uid"].Text);
        Assert.False(source["editable"].IsTrue);
        Assert.Equal(Prometheus.At("global", "scrape_interval").Text, source.At("jsonData", "timeInterval").Text);
        Assert.Equal("http://prometheus:9090", source["url"].Text);
        Assert.Equal(file["datasources"].Items.Last()["uid"].Text, source.At("jsonData", "alertmanagerUid").Text);
        Assert.All(Dashboard.All, dashboard => Assert.Equal("gotor-prometheus", dashboard.Variables[0].Json.GetProperty("current").GetProperty("value").GetString()));
    }

    [Fact]
    public void DashboardProvider_Path_IsWhereComposeMountsThem()
    {
        YamlValue provider = Provisioned("dashboards", "gotor.yml")["providers"].Items.Single();

        Assert.True(provider["disableDeletion"].IsTrue);
        Assert.False(provider["allowUiUpdates"].IsTrue);
        Assert.Contains(("grafana/dashboards", provider.At("options", "path").Text!), Compose.Mounts("grafana"));
        string home = Compose.Service("grafana").At("environment", "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH").Text!;
        Assert.Equal(provider.At("options", "path").Text, Path.GetDirectoryName(home));
        Assert.Contains(Path.GetFileNameWithoutExtension(home), Dashboard.All.Select(dashboard => dashboard.File));
    }

    [Fact]
    public void ScrapeTargets_AreServicesOfComposeThatPrometheusReaches()
    {
        HashSet<string> near = [.. Compose.Service("prometheus")["networks"].Texts];
        IEnumerable<string> targets = Prometheus["scrape_configs"].Items
            .Concat(Prometheus.At("alerting", "alertmanagers").Items)
            .SelectMany(config => config["static_configs"].Items).SelectMany(config => config["targets"].Texts);

        Assert.All(targets.Select(target => target.Split(':')[0]).Where(host => host != "localhost"), host =>
            Assert.True(near.Overlaps(Compose.Service(host)["networks"].Texts), host));
    }

    [Fact]
    public void ServiceMonitor_Endpoints_AreTheScrapesOfPrometheus()
    {
        YamlValue monitor = YamlValue.Load(Repository.PathOf("deploy", "kubernetes", "service-monitor.yaml"));
        var endpoints = monitor.At("spec", "endpoints").Items.Select(endpoint =>
            (endpoint["relabelings"].Items.First(rule => rule["targetLabel"].Text == "job")["replacement"].Text, endpoint["path"].Text, endpoint["interval"].Text));
        var jobs = Prometheus["scrape_configs"].Items.Where(job => job["job_name"].Text!.StartsWith("gotor-", StringComparison.Ordinal))
            .Select(job => (job["job_name"].Text, job["metrics_path"].Text, Prometheus.At("global", "scrape_interval").Text));

        Assert.Equal(jobs, endpoints);
    }

    [Fact]
    public void Alerts_Text_TellsWhatToDo()
    {
        foreach (string file in Directory.GetFiles(Repository.PathOf("deploy", "prometheus", "rules"), "*.yml"))
        {
            foreach (YamlValue rule in YamlValue.Load(file)["groups"].Items.SelectMany(group => group["rules"].Items).Where(rule => rule["alert"].Exists))
            {
                Assert.Contains(rule.At("labels", "severity").Text, (string?[])["critical", "warning", "none"]);
                Assert.All((string[])["summary", "description", "action"], text => Assert.NotEmpty(rule.At("annotations", text).Text ?? ""));
            }
        }
    }

    [Fact]
    public void Alerts_AllHaveATestThatFiresAndOneThatDoesNot()
    {
        string tests = string.Concat(Directory.GetFiles(Repository.PathOf("deploy", "prometheus", "tests")).Select(File.ReadAllText));
        foreach (string alert in Directory.GetFiles(Repository.PathOf("deploy", "prometheus", "rules"), "*.yml")
            .SelectMany(file => YamlValue.Load(file)["groups"].Items).SelectMany(group => group["rules"].Items).Select(rule => rule["alert"].Text).OfType<string>())
        {
            Assert.Matches($@"alertname: {alert}\n\s+exp_alerts:\n", tests);
            if (alert != "Watchdog")
                Assert.Matches($@"alertname: {alert}\n\s+exp_alerts: \[\]", tests);
        }
    }
}
