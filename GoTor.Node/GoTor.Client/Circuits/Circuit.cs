using System.Net;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Circuits;

/// <summary>A circuit: what its owner and its users hold. Safe for concurrent use; each call posts to the reactor and awaits the answer.</summary>
internal sealed class Circuit : IAsyncDisposable
{
    private readonly CircuitReactor _reactor;
    private readonly TorRandom _random;
    private IReadOnlyList<HopTarget> _path = [];

    public Circuit(CircuitReactor reactor, TorRandom random)
    {
        _reactor = reactor;
        _random = random;
    }

    /// <summary>Unique in this process, and unrelated to anything on the wire.</summary>
    public long Number => _reactor.Number;

    /// <summary>The hops that have completed their handshakes, the guard first.</summary>
    public IReadOnlyList<HopTarget> Path => Volatile.Read(ref _path);

    public bool IsOpen => !_reactor.Ended.IsCompleted;

    /// <summary>Completes when the circuit is over, and never fails.</summary>
    public Task<CircuitEnd> Ended => _reactor.Ended;

    /// <summary>Streams and lookups that are asked for or open.</summary>
    public int OpenStreams => _reactor.OpenStreams;

    /// <summary>What has passed.</summary>
    public CircuitTraffic Traffic => _reactor.Traffic;

    /// <summary>From the start of the build to the last hop of the path that was asked for; zero until then.</summary>
    public TimeSpan BuildTime { get; internal set; }

    /// <summary>Opens a stream through the last hop and waits for CONNECTED, which may not name a private address.</summary>
    /// <inheritdoc cref="OpenStreamAsync(string, ushort, BeginFlags, OptimisticData?, AcceptedAddresses, CancellationToken)"/>
    public Task<TorStream> OpenStreamAsync(
        string host, ushort port, BeginFlags flags, OptimisticData? early, CancellationToken cancellationToken) =>
        OpenStreamAsync(host, port, flags, early, new AcceptedAddresses(Internal: false), cancellationToken);

    /// <summary>Opens a stream through the last hop and waits for CONNECTED.</summary>
    /// <param name="accepted">What CONNECTED may name.</param>
    /// <param name="early">Sent right behind BEGIN, as it grows; on return <see cref="OptimisticData.Sent"/> says how far.</param>
    /// <exception cref="StreamFailedException">The exit refused or named an address that it may not name, or the circuit ended.</exception>
    /// <exception cref="ArgumentException">The host cannot be sent: not ASCII, or too long.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; the stream is ended.</exception>
    public async Task<TorStream> OpenStreamAsync(
        string host, ushort port, BeginFlags flags, OptimisticData? early, AcceptedAddresses accepted, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[] begin = Encode(new BeginMessage(host, port, flags), nameof(host));
        var stream = new CircuitStream(_reactor, TrafficPurpose.User, accepted);
        if (early is not null)
        {
            // What fits; the rest follows like what comes later.
            early.Sent = stream.Outgoing.Append(early.From(0));
        }

        _reactor.AnnounceStream();
        _reactor.Post(new CircuitCommand.Open(begin, stream));
        try
        {
            if (early is not null)
                await SendEarlyAsync(stream, early, cancellationToken);
            await stream.Connected.WaitAsync(cancellationToken);
            return stream;
        }
        catch
        {
            stream.Abort();
            throw;
        }
    }

    /// <summary>
    /// Opens a stream to the directory of the last hop. Returns without waiting for CONNECTED, so that the request travels right behind
    /// BEGIN_DIR; a refusal shows when reading.
    /// </summary>
    public Task<TorStream> OpenDirectoryStreamAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var stream = new CircuitStream(_reactor, TrafficPurpose.Directory, new AcceptedAddresses(Internal: true));
        _reactor.AnnounceStream();
        _reactor.Post(new CircuitCommand.Open(begin: null, stream));
        return Task.FromResult<TorStream>(stream);
    }

    /// <summary>Asks the last hop's resolver.</summary>
    /// <param name="query">A name, or an address as its in-addr.arpa or ip6.arpa name.</param>
    /// <exception cref="StreamFailedException">No answer, or none that is one.</exception>
    /// <exception cref="ArgumentException">The query cannot be sent: not ASCII, or too long.</exception>
    public async Task<ResolveAnswer> ResolveAsync(string query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var lookup = new CircuitCommand.Lookup(Encode(new ResolveMessage(query), nameof(query)));
        _reactor.AnnounceStream();
        _reactor.Post(lookup);
        try
        {
            return ResolveAnswers.From(await lookup.Answer.Task.WaitAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            _reactor.Post(new CircuitCommand.ForgetLookup(lookup));
            throw;
        }
    }

    /// <summary>Makes the circuit one hop longer. Cancelling ends the wait, not the extension.</summary>
    /// <exception cref="CircuitBuildException">The circuit ended instead.</exception>
    /// <exception cref="InvalidOperationException">It is being extended already, or has no RELAY_EARLY cells left; it stays as it is.</exception>
    /// <exception cref="ArgumentException">The target lacks a key or an identity.</exception>
    public async Task ExtendAsync(HopTarget hop, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int built = Path.Count;
        CircuitCommand.Extend extend;
        try
        {
            extend = new CircuitCommand.Extend(hop, HopHandshake.For(hop, isFirst: built == 0, _random));
        }
        catch (CircuitViolationException unusableKey)
        {
            throw new CircuitBuildException(
                new CircuitEnd(CircuitEndKind.HandshakeFailed, built + 1), built, guardAtFault: built == 0, unusableKey);
        }

        Task<ExtendAnswer> extending = AddToPathAsync(extend, hop);
        _reactor.Post(extend);
        ExtendAnswer answer = await extending.WaitAsync(cancellationToken);
        if (answer.Refused is { } why)
            throw new InvalidOperationException(why);
        if (answer.End is { } end)
            throw new CircuitBuildException(end, built, BlamesGuard(end, built));
    }

    /// <summary>Ends every stream, then the circuit. Returns when that is done. Idempotent.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync(CircuitEndKind.ClosedByUs);

    // A guard that says DESTROY works: it has no room, or was told to. Counting that against it would let others push us off our guards.
    private static bool BlamesGuard(CircuitEnd end, int built) => end.Kind switch
    {
        CircuitEndKind.ChannelEnded => end.Channel != Channels.ChannelEnd.ClosedByUs,
        CircuitEndKind.HandshakeFailed or CircuitEndKind.Violation or CircuitEndKind.QueueOverflow => built == 0,
        _ => false,
    };

    internal async Task CloseAsync(CircuitEndKind why)
    {
        _reactor.Post(new CircuitCommand.Close(new CircuitEnd(why)));
        await _reactor.Ended;
    }

    private async Task<ExtendAnswer> AddToPathAsync(CircuitCommand.Extend extend, HopTarget hop)
    {
        ExtendAnswer answer = await extend.Answer;
        if (answer == default)
            Volatile.Write(ref _path, [.. _path, hop]);
        return answer;
    }

    private static async Task SendEarlyAsync(CircuitStream stream, OptimisticData early, CancellationToken cancellationToken)
    {
        while (!stream.Connected.IsCompleted)
        {
            Task grown = early.WaitForMoreThanAsync(early.Sent);
            await Task.WhenAny(grown, stream.Connected).WaitAsync(cancellationToken);
            if (!grown.IsCompleted)
                return;
            byte[] more = early.From(early.Sent);
            try
            {
                await stream.WriteAsync(more, cancellationToken);
            }
            catch (IOException)
            {
                // The stream is over: whoever waits for CONNECTED learns why.
                return;
            }

            early.Sent += more.Length;
        }
    }

    private static byte[] Encode<TMessage>(TMessage message, string argument)
        where TMessage : IRelayMessage<TMessage>
    {
        byte[] encoded = new byte[Protocol.Cells.CellLayout.RelayDataLengthV0];
        var writer = new WireWriter(encoded);
        try
        {
            message.Encode(ref writer);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new ArgumentException("The name is too long to be sent.", argument);
        }

        return writer.WrittenSpan.ToArray();
    }
}
