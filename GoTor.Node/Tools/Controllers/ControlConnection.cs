using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace GoTor.Node.Tools.Controllers;

/// <summary>
/// A controller's connection to a node, ours or C tor. One command at a time; events that come in between wait in <see cref="Events"/>.
/// A loop reads everything; it ends with the connection.
/// </summary>
internal sealed class ControlConnection : IAsyncDisposable
{
    private const string Remedy =
        "Is the node running, with ControlPort or ControlSocket in its torrc? Give the address with --control ADDRESS:PORT or --socket PATH.";

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    /// <summary>A node that takes longer for an answer hangs.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(30);

    private readonly NetworkStream _stream;
    private readonly PortTarget _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ControlAnswer> _answers = Channel.CreateUnbounded<ControlAnswer>();

    // Whoever listens reads on; if not, the node stops sending to us.
    private readonly Channel<ControlAnswer> _events = Channel.CreateBounded<ControlAnswer>(4096);
    private readonly Task _reading;

    private ControlConnection(Socket socket, PortTarget target)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _target = target;
        _reading = ReadAsync();
    }

    /// <summary>Ends when the node closes the connection.</summary>
    public ChannelReader<ControlAnswer> Events => _events.Reader;

    /// <exception cref="ToolException">Nobody answers there.</exception>
    public static async Task<ControlConnection> OpenAsync(PortTarget target, CancellationToken cancellation) =>
        new(await target.ConnectAsync("a control port", Remedy, ConnectPatience, cancellation), target);

    /// <summary>Sends one command and returns the answer, whatever it says.</summary>
    /// <exception cref="ToolException">The connection ended, or what answers is no control port.</exception>
    public async Task<ControlAnswer> SendAsync(string command, CancellationToken cancellation)
    {
        if (command.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ToolException(ExitCodes.Usage, "A command to the node is one line.", "Remove the line breaks.");
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerPatience);
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), limit.Token);
            return await _answers.Reader.ReadAsync(limit.Token);
        }
        catch (Exception error) when (error is IOException or ChannelClosedException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw Lost(error is OperationCanceledException ? $"no answer within {AnswerPatience.TotalSeconds:0} seconds" : Reason(error));
        }
    }

    /// <summary>The same for commands that must be agreed to.</summary>
    /// <exception cref="ToolException">The node refuses; or see <see cref="SendAsync"/>.</exception>
    public async Task<ControlAnswer> DoAsync(string command, string what, CancellationToken cancellation)
    {
        ControlAnswer answer = await SendAsync(command, cancellation);
        return answer.IsOk ? answer : throw new ToolException(ExitCodes.Failed, $"The node refuses {what}: {answer.Problem}", "");
    }

    /// <summary>What GETINFO says for one key; null when the node does not say it.</summary>
    public async Task<string?> InfoAsync(string key, CancellationToken cancellation)
    {
        ControlAnswer answer = await SendAsync("GETINFO " + key, cancellation);
        return answer.IsOk ? answer.Values().Select(pair => pair.Value).FirstOrDefault() : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        await _stream.DisposeAsync();
        _stop.Dispose();
    }

    public ToolException Lost(string why) =>
        new(ExitCodes.Unreachable, $"The connection to {_target} ended: {why}.", "Look into the node's log; is this a control port?");

    private static string Reason(Exception error) => error is ChannelClosedException { InnerException: { } inner } ? inner.Message.TrimEnd('.') : error is ChannelClosedException ? "the node closed it" : error.Message;

    private async Task ReadAsync()
    {
        Exception? end = null;
        try
        {
            AnswerReader reader = new(_stream);
            while (await reader.ReadAsync(_stop.Token) is { } answer)
                await (answer.IsEvent ? _events : _answers).Writer.WriteAsync(answer, _stop.Token);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or OperationCanceledException)
        {
            end = error;
        }

        _answers.Writer.TryComplete(end);
        _events.Writer.TryComplete(end);
    }
}
