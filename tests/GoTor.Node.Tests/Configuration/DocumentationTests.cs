using GoTor.Node.Configuration;
using GoTor.Testing;

namespace GoTor.Node.Tests.Configuration;

public class DocumentationTests
{
    [Fact]
    public void EveryOption_IsInTheManual_AndNoOther()
    {
        IEnumerable<string> documented = File.ReadLines(Path.Combine(Checkout.Root, "docs", "configuration.md"))
            .SkipWhile(line => line != "## Options").TakeWhile(line => line != "### Flags of SocksPort")
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| option", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1].Trim());
        Assert.Equal(OptionCatalog.All.Select(option => option.Name).Order(), documented.Order());
    }
}
