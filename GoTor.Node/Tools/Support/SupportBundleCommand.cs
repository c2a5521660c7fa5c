using System.CommandLine;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using GoTor.Node.Configuration;
using GoTor.Node.Hosting;
using GoTor.Node.Logging;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Ctl;
using GoTor.Node.Tools.Diagnosing;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Support;

/// <summary><c>gotor support-bundle</c>: an archive for a bug report, scrubbed. It goes nowhere by itself.</summary>
internal static class SupportBundleCommand
{
    private const int LogLines = 1000;
    private const int LogBytes = 1 << 20;

    public static Command Create(ToolConsole console)
    {
        Argument<string> target = new("FILE") { Description = "The archive to write (.tar.gz), which must not exist yet" };
        Option<string?> file = new("--torrc", "-f") { Description = "The node's torrc; the default one without", HelpName = "FILE" };
        Command command = new(ToolNames.SupportBundle, "Write an archive for a bug report: version, configuration, checks, log and status, without secrets and addresses") { target, file };
        CtlOptions control = new(console);
        control.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string[] arguments = parsed.GetValue(file) is { } torrc ? ["-f", torrc] : [];
            ConfigurationResult result = ConfigurationFiles.Load(CommandLine.Parse(arguments));
            List<(string Name, string Text)> parts =
            [
                ("about.txt", About()),
                ("configuration.txt", Configuration(result)),
                ("checks.txt", Checks(result)),
                ("status.txt", await StatusAsync(control, parsed, cancellation)),
            ];
            foreach (LogRule rule in result.Configuration?.Logs.Where(rule => rule.Path is not null) ?? [])
                parts.Add(($"log-{parts.Count}.txt", Log(rule.Path!)));
            Write(parsed.GetRequiredValue(target), parts);
            console.Output.WriteLine($"Written: {string.Join(", ", parts.Select(part => part.Name))}. Read them before you give them away.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static string About() => $"""
        GoTor {NodeProgram.Version}
        {RuntimeInformation.FrameworkDescription}
        {RuntimeInformation.OSDescription}
        {RuntimeInformation.RuntimeIdentifier}
        {Environment.ProcessorCount} processors

        """;

    private static string Configuration(ConfigurationResult result)
    {
        StringBuilder text = new();
        foreach (ConfigLine line in result.Lines)
            text.AppendLine(Scrubber.Setting(line));
        text.AppendLine(result.Configuration is null ? $"# refused: {result.Problems.Count} problems" : "# valid");
        return text.ToString();
    }

    private static string Checks(ConfigurationResult result)
    {
        if (result.Configuration is not { } configuration)
            return "The configuration is refused.\n";
        Finding[] findings = [.. DataDirectoryCheck.Run(configuration), ClockCheck.Run(configuration, TimeProvider.System.GetUtcNow()), .. AddressFamilyCheck.Run(configuration)];
        return string.Concat(findings.Select(finding => Scrubber.Text($"[{finding.Verdict}] {finding.Check}: {finding.Text}") + "\n"));
    }

    private static async Task<string> StatusAsync(CtlOptions control, ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            await using ControlConnection connection = await control.ConnectAsync(parsed, cancellation);
            using StringWriter text = new();
            new ToolConsole(text, text, isTerminal: false).Write(await StatusView.ReadAsync(connection, cancellation), json: true);
            return Scrubber.Text(text.ToString());
        }
        catch (ToolException problem)
        {
            return Scrubber.Text(problem.Message) + "\n";
        }
    }

    private static string Log(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(Math.Max(0, file.Length - LogBytes), SeekOrigin.Begin);
            using StreamReader reader = new(file);
            return string.Concat(reader.ReadToEnd().Split('\n').TakeLast(LogLines).Select(line => Scrubber.Text(line) + "\n"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Scrubber.Text($"The log cannot be read: {error.Message}") + "\n";
        }
    }

    private static void Write(string target, List<(string Name, string Text)> parts)
    {
        using FileStream file = OutputFile.Create(target);
        using GZipStream packed = new(file, CompressionLevel.Optimal);
        using TarWriter archive = new(packed, TarEntryFormat.Ustar);
        foreach ((string name, string text) in parts)
        {
            archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "gotor-support/" + name)
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }
    }
}
