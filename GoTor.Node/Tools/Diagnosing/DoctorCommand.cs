using System.CommandLine;
using GoTor.Node.Configuration;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Diagnosing;

/// <summary><c>gotor doctor</c>: looks for what keeps a node from working, and says what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create(ToolConsole console)
    {
        Option<string?> file = new("--torrc", "-f") { Description = "The node's torrc; the default one without", HelpName = "FILE" };
        Option<bool> offline = new("--offline") { Description = "Connect to nobody" };
        Option<bool> json = new("--json") { Description = "Print JSON, for scripts" };
        Command command = new(ToolNames.Doctor, "Look for what keeps a node from working: clock, addresses, files, ports, network") { file, offline, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            string[] arguments = parsed.GetValue(file) is { } torrc ? ["-f", torrc] : [];
            ConfigurationResult result = ConfigurationFiles.Load(CommandLine.Parse(arguments));
            List<Finding> findings = [.. ConfigurationCheck.Run(result)];
            if (result.Configuration is { } configuration)
                await ExamineAsync(configuration, parsed.GetValue(offline), findings, console, cancellation);
            Write(console, findings, parsed.GetValue(json));
            return findings.Any(finding => finding.Verdict == FindingVerdict.Bad) ? ExitCodes.Failed : ExitCodes.Success;
        });
        return command;
    }

    private static async Task ExamineAsync(NodeConfiguration configuration, bool offline, List<Finding> findings, ToolConsole console, CancellationToken cancellation)
    {
        findings.AddRange(DataDirectoryCheck.Run(configuration));
        findings.Add(ClockCheck.Run(configuration, TimeProvider.System.GetUtcNow()));
        findings.AddRange(AddressFamilyCheck.Run(configuration));
        findings.AddRange(PortCheck.Run(configuration));
        if (offline)
            findings.Add(Finding.Unknown("network", "Not looked at: --offline."));
        else
            findings.Add(await NetworkCheck.RunAsync(configuration, console.Error, cancellation));
    }

    private static void Write(ToolConsole console, List<Finding> findings, bool json)
    {
        if (json)
        {
            RecordTable table = new("", new Column("check", ""), new Column("verdict", ""), new Column("text", ""), new Column("remedy", ""));
            foreach (Finding finding in findings)
                table.Add(finding.Check, Word(finding.Verdict), finding.Text, finding.Remedy.Length > 0 ? finding.Remedy : null);
            console.Write(table, json: true);
            return;
        }

        foreach (Finding finding in findings)
        {
            console.Output.WriteLine($"[{Word(finding.Verdict)}] {finding.Check}: {PlainText.Of(finding.Text)}");
            if (finding.Remedy.Length > 0)
                console.Output.WriteLine($"       -> {PlainText.Of(finding.Remedy)}");
        }
    }

    private static string Word(FindingVerdict verdict) => verdict switch
    {
        FindingVerdict.Good => "ok",
        FindingVerdict.Warning => "warn",
        FindingVerdict.Bad => "bad",
        _ => "unknown",
    };
}
