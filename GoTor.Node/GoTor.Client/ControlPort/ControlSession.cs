using System.Net.Sockets;
using GoTor.Client.Proxies;
using GoTor.Protocol.ControlPort;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.ControlPort;

/// <summary>
/// One controller, from its first byte to its last. Commands are answered one after the other, in order. <see cref="RunAsync"/> is called
/// once; <see cref="Post"/> and <see cref="Abort"/> may be called from any thread.
/// </summary>
internal sealed class ControlSession(Socket socket, ControlServer server) : IDisposable
{
    /// <summary>A wrong password costs its guesser this much time.</summary>
    public static readonly TimeSpan FailureDelay = TimeSpan.FromSeconds(1);

    /// <summary>Whoever has not authenticated by then is cut off.</summary>
    public static readonly TimeSpan AuthenticationPatience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    private readonly ControlOutbox _outbox = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ControlCommandReader _reader = new();
    private Action? _afterReply;
    private ulong _events;
    private bool _isOpen;
    private bool _isClosing;
    private int _isCutOff;

    public ControlServer Server => server;

    /// <summary>It has authenticated.</summary>
    public bool IsOpen
    {
        get => Volatile.Read(ref _isOpen);
        private set => Volatile.Write(ref _isOpen, value);
    }

    /// <summary>Among those that have not authenticated; the server's, under its lock.</summary>
    public LinkedListNode<ControlSession>? Place { get; set; }

    /// <summary>It is about to end.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>We end when it does (TAKEOWNERSHIP).</summary>
    public bool IsOwner { get; set; }

    /// <summary>What the controller must authenticate with after AUTHCHALLENGE.</summary>
    public byte[]? Challenged { get; set; }

    /// <summary>It has asked for PROTOCOLINFO: once is all that a stranger gets.</summary>
    public bool HasAskedForInfo { get; set; }

    /// <summary>The events that it has asked for, as bits.</summary>
    public ulong Events => Volatile.Read(ref _events);

    /// <summary>Who may look at the connection's other end in answers, such as the source of a lookup.</summary>
    public Socket Socket => socket;

    /// <summary>Never throws; returns when the socket is closed.</summary>
    public async Task RunAsync()
    {
        server.Metrics.Accepted();
        Task writing = Task.Run(WriteAsync);
        using ITimer deadline = server.Time.CreateTimer(_ => EndStranger(), null, AuthenticationPatience, Timeout.InfiniteTimeSpan);
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix)
                socket.NoDelay = true;
            await ReadAsync();
            _outbox.Complete();
            await writing.WaitAsync(LastWords, server.Time);
            socket.EndGracefully();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or OperationCanceledException or TimeoutException)
        {
            // The controller went away, or we close.
        }
        catch (Exception e)
        {
            server.Logger.SessionCrashed(e);
        }
        finally
        {
            await _stopping.CancelAsync();
            socket.Dispose();
            await writing;
            server.Metrics.Closed();
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Sends an event, which must be one that it asked for. A controller that does not read is cut off.</summary>
    public void Post(byte[] bytes)
    {
        if (_outbox.TryPost(bytes) || Interlocked.Exchange(ref _isCutOff, 1) == 1)
            return;
        server.Logger.NotReading();
        Abort();
    }

    /// <summary>Ends it now, whatever it does.</summary>
    public void Abort()
    {
        IsAborted = true;
        try
        {
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself.
        }

        socket.Dispose();
    }

    /// <summary>For handlers: done once the answer stands in the queue.</summary>
    public void AfterReply(Action action) => _afterReply = action;

    /// <summary>For handlers: after the answer nothing more is read.</summary>
    public void CloseAfterReply() => _isClosing = true;

    /// <summary>For handlers: from the answer on these events are sent.</summary>
    public void Listen(ulong events) => AfterReply(() =>
    {
        Volatile.Write(ref _events, events);
        server.EventsChanged();
    });

    public void Admit()
    {
        IsOpen = true;
        Challenged = null;
        server.Admitted(this);
    }

    private void EndStranger()
    {
        if (!IsOpen)
            Abort();
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            // Nothing is read ahead of commands that wait to be answered.
            int count = await socket.ReceiveAsync(buffer, SocketFlags.None, _stopping.Token);
            if (count == 0)
                return;
            _reader.Append(buffer.AsSpan(0, count));
            while (!_isClosing)
            {
                ControlReadStatus status = _reader.Read(IsOpen, out ControlCommand? command);
                if (status == ControlReadStatus.NeedMore)
                    break;
                if (status == ControlReadStatus.Command)
                    await AnswerAsync(command!);
                else
                    await RefuseAsync(status);
            }

            if (_isClosing)
                return;
        }
    }

    private async Task RefuseAsync(ControlReadStatus status)
    {
        _isClosing = true;
        if (status == ControlReadStatus.Http)
            server.NoteHttp();
        await _outbox.PostAsync(
            status switch
            {
                ControlReadStatus.Http => ForeignRefusals.Http.ToArray(),
                ControlReadStatus.Version0 => ForeignRefusals.Version0.ToArray(),
                _ => ControlReply.Of(500, "Line too long.").ToBytes(),
            },
            _stopping.Token);
    }

    private async Task AnswerAsync(ControlCommand command)
    {
        ControlReply reply;
        if (command.Is("QUIT"))
        {
            reply = ControlReply.Of(250, "closing connection");
            _isClosing = true;
        }
        else if (!IsOpen && !IsAllowedAtFirst(command))
        {
            reply = ControlReply.Of(514, "Authentication required.");
            _isClosing = true;
        }
        else
        {
            reply = await RunAsync(command);
        }

        if (!reply.IsEmpty)
            await _outbox.PostAsync(reply.ToBytes(), _stopping.Token);
        RunAfterReply(command);
    }

    /// <summary>The answer is given: what fails now costs neither the session nor, if it owns us, the node.</summary>
    private void RunAfterReply(ControlCommand command)
    {
        Action? action = _afterReply;
        _afterReply = null;
        try
        {
            action?.Invoke();
        }
        catch (Exception e)
        {
            server.Logger.CommandCrashed(IsOpen ? command.Name : "a command", e);
        }
    }

    private bool IsAllowedAtFirst(ControlCommand command) =>
        command.Is("AUTHENTICATE")
        || (Challenged is null && (command.Is("AUTHCHALLENGE") || (command.Is("PROTOCOLINFO") && !HasAskedForInfo)));

    private async Task<ControlReply> RunAsync(ControlCommand command)
    {
        try
        {
            return await server.Commands.RunAsync(this, command);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            server.Logger.CommandCrashed(IsOpen ? command.Name : "a command", e);
            return ControlReply.Of(551, "Internal error");
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await _outbox.RunAsync(socket, _stopping.Token);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // Nobody reads: whoever reads commands notices as well, or is told here.
            Abort();
        }
    }
}
