using System.Globalization;
using GoTor.Deploy.Tests.Files;

namespace GoTor.Deploy.Tests;

/// <summary>The manifests: as careful as compose, and about the same images and ports.</summary>
public sealed class KubernetesTests
{
    private static readonly IReadOnlyList<YamlValue> Objects =
    [
        .. Directory.GetFiles(Repository.PathOf("deploy", "kubernetes"), "*.yaml").Order(StringComparer.Ordinal).SelectMany(YamlValue.LoadAll),
    ];

    private static IEnumerable<YamlValue> OfKind(params string[] kinds) => Objects.Where(one => kinds.Contains(one["kind"].Text));

    private static IEnumerable<string> WorkloadNames => OfKind("Deployment", "StatefulSet").Select(one => one.At("metadata", "name").Text!);

    public static TheoryData<string> Workloads => [.. WorkloadNames];

    private static YamlValue Pod(string workload) =>
        OfKind("Deployment", "StatefulSet").Single(one => one.At("metadata", "name").Text == workload).At("spec", "template");

    [Fact]
    public void Gateway_TemporaryFolder_HoldsTheLargestProfileAndItsConversion()
    {
        YamlValue spec = Pod("gotor-gateway")["spec"];
        YamlValue most = spec["containers"].Items.Single()["env"].Items.Single(variable => variable["name"].Text == "Gateway__Profiling__MaxBytes");
        string size = spec["volumes"].Items.Single(volume => volume["name"].Text == "tmp").At("emptyDir", "sizeLimit").Text!;
        Assert.InRange(long.Parse(size.Replace("Mi", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) << 20, 6L * most["value"].Number, long.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Pod_Rights_AreTheLeast(string workload)
    {
        YamlValue spec = Pod(workload)["spec"], container = spec["containers"].Items.Single(), rights = container["securityContext"];

        Assert.True(spec.At("securityContext", "runAsNonRoot").IsTrue);
        Assert.Equal(1654, spec.At("securityContext", "runAsUser").Number);
        Assert.Equal("RuntimeDefault", spec.At("securityContext", "seccompProfile", "type").Text);
        Assert.Equal("false", spec["automountServiceAccountToken"].Text);
        Assert.Equal("false", rights["allowPrivilegeEscalation"].Text);
        Assert.True(rights["readOnlyRootFilesystem"].IsTrue);
        Assert.Equal(["ALL"], rights.At("capabilities", "drop").Texts);
        Assert.NotNull(container.At("resources", "limits", "memory").Text);
        Assert.All(container["env"].Items, variable => Assert.DoesNotContain("secretKeyRef", string.Join(' ', variable["valueFrom"].Keys), StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Pod_Probes_AskPortsThatAreThere(string workload)
    {
        YamlValue container = Pod(workload).At("spec", "containers").Items.Single();
        HashSet<string> ports = [.. container["ports"].Items.Select(port => port["name"].Text!)];

        foreach (string probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"])
            Assert.Contains(container.At(probe, "httpGet", "port").Text ?? container.At(probe, "tcpSocket", "port").Text!, ports);
    }

    [Theory]
    [InlineData("gotor-gateway", "gateway")]
    [InlineData("gotor-node", "node")]
    public void Pod_ImageAndPorts_AreThoseOfCompose(string workload, string service)
    {
        YamlValue container = Pod(workload).At("spec", "containers").Items.Single();

        Assert.Equal(Compose.ImageOf(service), container["image"].Text);
        Assert.Subset(container["ports"].Items.Select(port => port["containerPort"].Text!).ToHashSet(), Compose.Service(service)["ports"].Texts.Select(port => port.Split(':')[^1]).ToHashSet());
    }

    [Fact]
    public void Services_AndPolicies_SelectPodsThatAreThere()
    {
        HashSet<string> names = [.. WorkloadNames.Select(workload => Pod(workload).At("metadata", "labels", "app.kubernetes.io/name").Text!)];

        Assert.All(OfKind("Service"), service => Assert.Contains(service.At("spec", "selector", "app.kubernetes.io/name").Text!, names));
        Assert.Equal(names, OfKind("NetworkPolicy").Select(policy => policy.At("spec", "podSelector", "matchLabels", "app.kubernetes.io/name").Text).OfType<string>().ToHashSet());
        Assert.All(WorkloadNames, workload => Assert.Equal("gotor", Pod(workload).At("metadata", "labels", "app.kubernetes.io/part-of").Text));
    }

    [Fact]
    public void DefaultPolicy_DeniesEverything()
    {
        YamlValue policy = OfKind("NetworkPolicy").Single(one => one.At("metadata", "name").Text == "gotor-default-deny");

        Assert.Equal(["Ingress", "Egress"], policy.At("spec", "policyTypes").Texts);
        Assert.False(policy.At("spec", "ingress").Exists || policy.At("spec", "egress").Exists);
    }

    [Fact]
    public void Kustomization_Resources_AreThere() => Assert.All(
        OfKind("Kustomization").Single()["resources"].Texts, file => Assert.True(File.Exists(Repository.PathOf("deploy", "kubernetes", file))));
}
