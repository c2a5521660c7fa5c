using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GoTor.Node.Tests.Tools;

/// <summary>A control port that says what a test wants. One connection after the other.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, string?> _answer;
    private readonly Task _running;

    /// <param name="answer">From a command to what is sent back; null closes the connection.</param>
    public ScriptedNode(Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Start();
        _running = RunAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public bool ClosesAfterAnswer { get; init; }

    public List<string> Commands { get; } = [];

    /// <summary>Lets everybody in, and answers GETINFO <paramref name="key"/>.</summary>
    public static ScriptedNode WithInfo(string key, string value) => new(command => command switch
    {
        "PROTOCOLINFO 1" => "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250 OK\r\n",
        "AUTHENTICATE" => "250 OK\r\n",
        _ when command == "GETINFO " + key => $"250+{key}=\r\n{value.ReplaceLineEndings("\r\n")}\r\n.\r\n250 OK\r\n",
        _ => "552 Unrecognized key\r\n",
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await ServeAsync(client.GetStream());
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or IOException or InvalidOperationException)
        {
            // The test is over (the listener has stopped), or the tool has gone.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        using StreamReader reader = new(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync(_stop.Token) is { } command)
        {
            Commands.Add(command);
            if (_answer(command) is not { } answer)
                return;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token);
            if (ClosesAfterAnswer)
                return;
        }
    }
}
