using System.CommandLine;
using GoTor.Node.Tools.Controllers;
using GoTor.Node.Tools.Output;

namespace GoTor.Node.Tools.Ctl;

/// <summary>What all commands of <c>ctl</c> take: where the node is, how to get in, and how to print.</summary>
internal sealed class CtlOptions(ToolConsole console)
{
    public const string DefaultTarget = "127.0.0.1:9051";

    private readonly Option<string> _control = new("--control") { Description = "The control port: ADDRESS:PORT, PORT or unix:PATH", HelpName = "ADDRESS", DefaultValueFactory = _ => DefaultTarget, Recursive = true };
    private readonly Option<string?> _socket = new("--socket") { Description = "The control socket", HelpName = "PATH", Recursive = true };
    private readonly Option<string?> _cookie = new("--cookie-file") { Description = "The cookie; where the node says, by default", HelpName = "FILE", Recursive = true };
    private readonly Option<string?> _password = new("--password-file") { Description = $"A file with the password. It can be in {Credentials.PasswordVariable}, too", HelpName = "FILE", Recursive = true };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON, for scripts", Recursive = true };

    public ToolConsole Console => console;

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_control, _socket, _cookie, _password, _json])
            command.Options.Add(option);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Connects and authenticates.</summary>
    /// <exception cref="ToolException">It does not work.</exception>
    public async Task<ControlConnection> ConnectAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string text = parsed.GetValue(_socket) is { } path ? "unix:" + path : parsed.GetValue(_control)!;
        if (!PortTarget.TryParse(text, out PortTarget? target))
            throw new ToolException(ExitCodes.Usage, $"'{text}' is no address of a control port.", "Write ADDRESS:PORT, PORT or unix:PATH.");
        ControlConnection connection = await ControlConnection.OpenAsync(target, cancellation);
        try
        {
            await ControlLogin.EnterAsync(connection, new Credentials(parsed.GetValue(_cookie), parsed.GetValue(_password), console.AskSecret), cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
