using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Resolving;

/// <summary><c>gotor resolve</c>: looks up names and addresses through Tor, as tor-resolve does.</summary>
internal static class ResolveCommand
{
    private const string Remedy = "Is the node running? Give its SOCKS port with --socks ADDRESS:PORT.";

    public static Command Create(ToolConsole console)
    {
        Argument<string> target = new("NAME|ADDRESS") { Description = "A host name, or an address to find the name of" };
        Option<string> socks = new("--socks", "-s") { Description = "The SOCKS port: ADDRESS:PORT, PORT or unix:PATH", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1:9050" };
        Option<bool> reverse = new("--reverse", "-x") { Description = "The argument must be an address" };
        Option<int> timeout = new("--timeout") { Description = "Give up after so long", HelpName = "SECONDS", DefaultValueFactory = _ => 60 };
        Option<bool> json = new("--json") { Description = "Print JSON, for scripts" };
        Command command = new(ToolNames.Resolve, "Look up a name or an address through Tor, not through your own DNS") { target, socks, reverse, timeout, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            string wanted = parsed.GetRequiredValue(target);
            if (!PortTarget.TryParse(parsed.GetValue(socks)!, out PortTarget? port))
                throw new ToolException(ExitCodes.Usage, $"'{parsed.GetValue(socks)}' is no address of a SOCKS port.", "Write ADDRESS:PORT, PORT or unix:PATH.");
            bool isAddress = IPAddress.TryParse(wanted, out IPAddress? address);
            if (parsed.GetValue(reverse) && !isAddress)
                throw new ToolException(ExitCodes.Usage, $"'{wanted}' is no address.", "--reverse finds the name of an address.");
            string answer = await AskAsync(port, wanted, address, TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(timeout))), cancellation);
            if (parsed.GetValue(json))
                Pairs.WriteObject(console, new("query", wanted), new("answer", answer));
            else
                console.Output.WriteLine(PlainText.Of(answer));
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<string> AskAsync(PortTarget port, string wanted, IPAddress? address, TimeSpan patience, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            using Socket socket = await port.ConnectAsync("a SOCKS port", Remedy, patience, cancellation);
            await using NetworkStream stream = new(socket);
            return await SocksLookup.AskAsync(stream, wanted, address, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ToolException(ExitCodes.Failed, $"No answer within {patience.TotalSeconds:0} seconds.", "Look at 'gotor ctl status': has the node bootstrapped?");
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw new ToolException(ExitCodes.Unreachable, $"{port} does not answer as a SOCKS port of Tor: {error.Message}", Remedy);
        }
    }
}
