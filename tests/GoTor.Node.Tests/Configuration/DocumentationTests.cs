using GoTor.Node.Configuration;

namespace GoTor.Node.Tests.Configuration;

public class DocumentationTests
{
    [Fact]
    public void EveryOption_IsInTheManual_AndNoOther()
    {
        IEnumerable<string> documented = File.ReadLines(Path.Combine(RepositoryRoot(), "docs", "configuration.md"))
            .SkipWhile(line => line != "## Options").TakeWhile(line => line != "### Flags of SocksPort")
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| option", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1].Trim());
        Assert.Equal(OptionCatalog.All.Select(option => option.Name).Order(), documented.Order());
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GoTor.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside a checkout.");
    }
}
