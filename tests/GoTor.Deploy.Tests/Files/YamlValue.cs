using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace GoTor.Deploy.Tests.Files;

/// <summary>A piece of a YAML file, asked for by key. Aliases and merge keys ("&lt;&lt;") are resolved.</summary>
internal sealed class YamlValue(YamlNode? node)
{
    public static YamlValue Load(string path) => LoadAll(path).Single();

    /// <summary>The documents of a file.</summary>
    public static IReadOnlyList<YamlValue> LoadAll(string path)
    {
        using StreamReader text = new(path);
        YamlStream stream = [];
        stream.Load(new MergingParser(new Parser(text)));
        return [.. stream.Documents.Select(document => new YamlValue(document.RootNode))];
    }

    public bool Exists => node is not null;

    /// <summary>A value that is not there is empty in every way.</summary>
    public YamlValue this[string key] =>
        new(node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? value : null);

    public YamlValue At(params ReadOnlySpan<string> path)
    {
        YamlValue value = this;
        foreach (string key in path)
            value = value[key];
        return value;
    }

    public string? Text => (node as YamlScalarNode)?.Value;

    public bool IsTrue => Text is "true";

    public int Number => int.Parse(Text!, CultureInfo.InvariantCulture);

    public IEnumerable<YamlValue> Items => node is YamlSequenceNode list ? list.Children.Select(item => new YamlValue(item)) : [];

    public IEnumerable<string> Texts => Items.Select(item => item.Text ?? "");

    public IEnumerable<KeyValuePair<string, YamlValue>> Entries => node is YamlMappingNode map
        ? map.Children.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, new YamlValue(entry.Value)))
        : [];

    public IEnumerable<string> Keys => Entries.Select(entry => entry.Key);
}
