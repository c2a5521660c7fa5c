using GoTor.Deploy.Tests.Files;
using GoTor.Deploy.Tests.Live;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Deploy.Tests;

/// <summary>The dashboards against Grafana's own schema, by the TypeScript compiler. See tests/grafana.</summary>
public sealed class GrafanaTypesTests
{
    private static readonly string Folder = Repository.PathOf("tests", "grafana");

    [SkippableFact]
    public async Task Dashboards_FitGrafanasSchema() => await CheckAsync(Directory.GetFiles(Repository.PathOf("deploy", "grafana", "dashboards"), "*.json"));

    [SkippableTheory]
    [InlineData("\"colorMode\": \"value\"", "\"colourMode\": \"value\"")]
    [InlineData("\"drawStyle\": \"line\"", "\"drawStyle\": \"lines\"")]
    [InlineData("\"mode\": \"absolute\"", "\"mode\": \"abs\"")]
    public async Task Dashboard_WithAFault_DoesNotFit(string right, string wrong)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("gotor-types-").FullName, "faulty.json");
        await File.WriteAllTextAsync(file, Repository.Read("deploy", "grafana", "dashboards", "gotor-fleet.json").Replace(right, wrong, StringComparison.Ordinal));

        await Assert.ThrowsAsync<InvalidOperationException>(() => CheckAsync(file));
    }

    private static async Task CheckAsync(params string[] dashboards)
    {
        string node = Programs.Need("node");
        Skip.IfNot(Directory.Exists(Path.Combine(Folder, "node_modules", "typescript")), "npm install in tests/grafana has not run.");
        await ChildProcess.RunAsync(node, "", CancellationToken.None, [Path.Combine(Folder, "types.mjs"), .. dashboards]);
    }
}
