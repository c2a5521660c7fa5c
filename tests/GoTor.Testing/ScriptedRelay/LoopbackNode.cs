using System.Net.Sockets;
using System.Security.Authentication;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>
/// One relay of a <see cref="LoopbackNetwork"/>: accepts connections and serves circuits on them as a good relay does, unless
/// <see cref="Hostile"/> takes the connections instead. Safe for concurrent use; set its behaviour before the client connects.
/// </summary>
internal sealed class LoopbackNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<RsaIdentity, ScriptedHop?> _find;
    private readonly List<Task> _serving = [];
    private readonly List<LoopbackChannel> _channels = [];
    private readonly Task _accepting;
    private int _connections;

    public LoopbackNode(RelayKeys keys, TimeProvider time, Func<RsaIdentity, ScriptedHop?> find)
    {
        _find = find;
        Relay = LoopbackRelay.Start(keys, time);
        Hop = new ScriptedHop(TorRandom.Secure, ntorV3: true, keys.Rsa.PublicKey.Fingerprint, keys.Identity.PublicKey, Relay.Address);
        _accepting = AcceptLoopAsync();
    }

    public LoopbackRelay Relay { get; }

    public ScriptedHop Hop { get; }

    /// <summary>Does with a fresh connection whatever it likes, and owns it. Cancelled when the network ends.</summary>
    public Func<LoopbackRelay, Socket, CancellationToken, Task>? Hostile { get; set; }

    /// <summary>Shapes the relay's side of a circuit before its first cell.</summary>
    public Action<ScriptedCircuit>? Prepare { get; set; }

    /// <summary>How many connections were accepted, served or not.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many of them are over.</summary>
    public int Ended
    {
        get
        {
            lock (_serving)
                return _serving.Count(task => task.IsCompleted);
        }
    }

    /// <summary>Every channel that was ever open, in order.</summary>
    public IReadOnlyList<LoopbackChannel> Channels
    {
        get
        {
            lock (_channels)
                return [.. _channels];
        }
    }

    /// <summary>Throws what went wrong on this side and was not the end of a connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Relay.DisposeAsync();
        await _accepting;
        Task[] serving;
        lock (_serving)
            serving = [.. _serving];
        await Task.WhenAll(serving);
        foreach (LoopbackChannel channel in Channels)
            channel.Dispose();
        Hop.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await Relay.AcceptTcpAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                lock (_serving)
                    _serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The network ends.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield(); // The listener goes on.
        using (socket)
        {
            try
            {
                await (Hostile is { } hostile ? hostile(Relay, socket, _stopping.Token) : ServeCircuitsAsync(socket));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException)
            {
                // The client has closed the connection, or the network ends.
            }
        }
    }

    private async Task ServeCircuitsAsync(Socket socket)
    {
        LoopbackLink link = await Relay.SecureAsync(socket, _stopping.Token);
        await link.HandshakeAsync();
        var channel = new LoopbackChannel(link, Hop, _find, TorRandom.Secure) { Prepare = Prepare };
        lock (_channels)
            _channels.Add(channel);
        await channel.RunAsync();
    }
}
