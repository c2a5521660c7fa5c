namespace GoTor.Sandbox.Tests.Documentation;

/// <summary>docs/sandbox.md says what is so.</summary>
public sealed class SandboxDocumentTests
{
    private static readonly string s_repository = FenceTests.Repository();
    private static readonly string s_text = File.ReadAllText(Path.Combine(s_repository, "docs", "sandbox.md"));

    [Fact]
    public void Example_IsOneThatCompilesAndRuns()
    {
        string example = s_text.Split("```csharp\n")[1].Split("```")[0];

        Assert.Equal(File.ReadAllText(Path.Combine(s_repository, "tests", "GoTor.Sandbox.Tests", "Documentation", "MyTests.cs")), example);
    }

    [Fact]
    public void Protocols_AreThoseThatRelaysAnnounce() => Assert.Contains($"`{SandboxProtocols.Relay}`", s_text, StringComparison.Ordinal);

    [Fact]
    public void Faults_AreAllThere()
    {
        string[] names =
        [
            .. typeof(Faults.RelayFaults).GetMethods().Concat<System.Reflection.MemberInfo>(typeof(Faults.RelayFaults).GetProperties())
                .Concat(typeof(Faults.LinkFaults).GetMethods())
                .Where(member => member.DeclaringType != typeof(object) && !member.Name.Contains('_', StringComparison.Ordinal))
                .Select(member => member.Name),
        ];

        Assert.All(names, name => Assert.Contains($"`{name}", s_text, StringComparison.Ordinal));
    }
}
