using GoTor.Deploy.Tests.Files;
using GoTor.Deploy.Tests.Live;
using GoTor.Testing.PrivateNetwork;
using Xunit.Abstractions;

namespace GoTor.Deploy.Tests;

/// <summary>compose.yaml on a real Docker engine in a namespace of its own, with a stand-in for Grafana only. See tests/compose/run.sh.</summary>
public sealed class ComposeStackTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Stack_WithAStandInForGrafana_ComesUpAndSurvivesPartitionsAndCrashes()
    {
        Skip.IfNot(Environment.UserName == "root", "A Docker engine of our own needs root.");
        Skip.IfNot(File.Exists("/etc/apt/sources.list.d/debian.sources"), "Docker and the images' programs come from Debian's mirror, which is not configured here.");
        foreach (string program in (string[])["unshare", "nsenter", "runc", "iptables", "setcap", "curl", "openssl", "python3"])
            Programs.Need(program);

        await using ChildProcess run = ChildProcess.Start("timeout", "--kill-after=30", "540", Repository.PathOf("tests", "compose", "run.sh"));
        int code = await run.WaitAsync();

        output.WriteLine(run.Output);
        Assert.True(code == 0, run.Output);
    }
}
