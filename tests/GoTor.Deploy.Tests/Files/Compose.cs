using System.Text.RegularExpressions;

namespace GoTor.Deploy.Tests.Files;

/// <summary>deploy/compose.yaml, with the defaults of its variables.</summary>
internal static partial class Compose
{
    public static YamlValue File { get; } = YamlValue.Load(Repository.PathOf("deploy", "compose.yaml"));

    public static IEnumerable<KeyValuePair<string, YamlValue>> Services => File["services"].Entries;

    public static TheoryData<string> ServiceNames => [.. File["services"].Keys];

    public static YamlValue Service(string name) => File.At("services", name);

    public static string ImageOf(string service) => WithDefaults(Service(service)["image"].Text!);

    /// <summary>Mounts of files and folders of deploy/, as (folder, place inside).</summary>
    public static IEnumerable<(string Source, string Target)> Mounts(string service) =>
        Service(service)["volumes"].Texts.Where(volume => volume.StartsWith("./", StringComparison.Ordinal))
            .Select(volume => volume.Split(':')).Select(parts => (parts[0][2..], parts[1]));

    /// <summary>"${NAME:-default}" becomes the default.</summary>
    public static string WithDefaults(string text) => VariableWithDefault().Replace(text, "$2");

    /// <summary>Names and defaults of all variables of the file.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } =
        VariableWithDefault().Matches(Repository.Read("deploy", "compose.yaml"))
            .GroupBy(match => match.Groups[1].Value)
            .ToDictionary(group => group.Key, group => group.Select(match => match.Groups[2].Value).Distinct().Single());

    [GeneratedRegex(@"\$\{([A-Z_]+):-([^}]*)\}")]
    private static partial Regex VariableWithDefault();
}
