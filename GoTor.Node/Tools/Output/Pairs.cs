namespace GoTor.Node.Tools.Output;

/// <summary>Keys with their values.</summary>
internal static class Pairs
{
    /// <summary>One JSON object.</summary>
    public static void WriteObject(ToolConsole console, params IEnumerable<KeyValuePair<string, string?>> pairs) => Write(console, pairs, json: true, alone: false);

    /// <param name="alone">Only one value was asked for: then people need no key in front.</param>
    public static void Write(ToolConsole console, IEnumerable<KeyValuePair<string, string?>> pairs, bool json, bool alone)
    {
        if (!json)
        {
            foreach ((string key, string? value) in pairs)
            {
                foreach (string line in (value ?? "").Split('\n'))
                    console.Output.WriteLine(PlainText.Of(alone ? line : $"{key} {line}"));
            }

            return;
        }

        console.WriteJson(writer =>
        {
            writer.WriteStartObject();
            foreach (IGrouping<string, KeyValuePair<string, string?>> option in pairs.GroupBy(pair => pair.Key))
            {
                string?[] values = [.. option.Select(pair => pair.Value)];
                if (values.Length == 1)
                {
                    writer.WriteString(option.Key, values[0]);
                    continue;
                }

                writer.WriteStartArray(option.Key);
                foreach (string? value in values)
                    writer.WriteStringValue(value);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        });
    }
}
