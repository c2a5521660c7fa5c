using System.CommandLine;
using GoTor.Node.Tools.Completing;
using GoTor.Node.Tools.Configuring;
using GoTor.Node.Tools.Ctl;
using GoTor.Node.Tools.Diagnosing;
using GoTor.Node.Tools.Output;
using GoTor.Node.Tools.Resolving;
using GoTor.Node.Tools.Support;

namespace GoTor.Node.Tools;

/// <summary>The tools: programs of their own that share one executable with the node.</summary>
internal static class ToolProgram
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static Task<int> RunAsync(string[] arguments) => RunAsync(arguments, ToolConsole.OfProcess(), CancellationToken.None);

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, ToolConsole console, CancellationToken cancellation)
    {
        ParseResult parsed = Build(console).Parse(OtherNames.Translate(arguments));
        if (parsed.Errors.Count > 0)
        {
            foreach (string error in parsed.Errors.Select(error => error.Message).Distinct())
                await console.Error.WriteLineAsync($"Error: {error}");
            await console.Error.WriteLineAsync($"Try 'gotor {parsed.CommandResult.Command.Name} --help'.");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = console.Output, Error = console.Error, EnableDefaultExceptionHandler = false }, cancellation);
        }
        catch (ToolException problem)
        {
            console.Complain(problem);
            return problem.ExitCode;
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how live views and event streams end.
            return ExitCodes.Success;
        }
    }

    public static RootCommand Build(ToolConsole console)
    {
        RootCommand root = new("GoTor: a Tor client, and tools for it. Without one of the commands below this is the node itself: see 'gotor --help'.");
        root.Subcommands.Add(CtlCommand.Create(console));
        root.Subcommands.Add(ResolveCommand.Create(console));
        root.Subcommands.Add(ConfigCommand.Create(console));
        root.Subcommands.Add(DoctorCommand.Create(console));
        root.Subcommands.Add(SupportBundleCommand.Create(console));
        root.Subcommands.Add(CompletionCommand.Create(console));
        root.Subcommands.Add(CompletionCommand.CreateCompleter(console));
        return root;
    }
}
