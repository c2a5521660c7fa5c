using System.Text;
using System.Text.Json;
using GoTor.Node.Configuration;
using GoTor.Node.Control;

namespace GoTor.Node.Tools.Configuring;

/// <summary>The options as a JSON schema, for editors and generators: an object with a property per option.</summary>
internal static class OptionSchema
{
    public static string Create()
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = true }))
            Write(writer);
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
        writer.WriteString("title", "GoTor's torrc");
        writer.WriteString("type", "object");
        writer.WriteBoolean("additionalProperties", false);
        writer.WriteStartObject("properties");
        foreach (OptionDefinition option in OptionCatalog.All.OrderBy(option => option.Name, StringComparer.OrdinalIgnoreCase))
            WriteOption(writer, option, OptionFacts.Find(option.Name));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteOption(Utf8JsonWriter writer, OptionDefinition option, OptionFact? fact)
    {
        writer.WriteStartObject(option.Name);
        writer.WriteString("description", option.Help);
        if (option.IsList)
        {
            writer.WriteString("type", "array");
            writer.WriteStartObject("items");
            writer.WriteString("type", "string");
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteString("type", "string");
            if (fact?.Type == "Boolean")
                WriteChoices(writer, "0", "1");
            else if (fact?.Type == "Boolean+Auto")
                WriteChoices(writer, "0", "1", "auto");
        }

        if (fact is not null)
        {
            writer.WriteString("x-torType", fact.Type);
            if (!option.IsList && OptionFacts.DefaultOf(fact) is { } usual)
                writer.WriteString("default", usual);
        }

        writer.WriteEndObject();
    }

    private static void WriteChoices(Utf8JsonWriter writer, params ReadOnlySpan<string> choices)
    {
        writer.WriteStartArray("enum");
        foreach (string choice in choices)
            writer.WriteStringValue(choice);
        writer.WriteEndArray();
    }
}
