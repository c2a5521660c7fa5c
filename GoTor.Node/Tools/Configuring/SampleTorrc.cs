using System.Text;
using GoTor.Node.Configuration;
using GoTor.Node.Control;

namespace GoTor.Node.Tools.Configuring;

/// <summary>A torrc with every option, explained and commented out.</summary>
internal static class SampleTorrc
{
    public static string Create()
    {
        StringBuilder text = new();
        text.Append("# All options of GoTor. Nothing here is in force: remove the # in front of what you want to change.\n");
        foreach (OptionDefinition option in OptionCatalog.All.Where(option => !option.Name.StartsWith("__", StringComparison.Ordinal)).OrderBy(option => option.Name, StringComparer.OrdinalIgnoreCase))
        {
            string value = OptionFacts.Find(option.Name) is { } fact && OptionFacts.DefaultOf(fact) is { Length: > 0 } usual ? usual : "...";
            text.Append($"\n## {option.Help}.{(option.IsList ? " May be given several times." : "")}\n# {option.Name} {value}\n");
        }

        return text.ToString();
    }
}
