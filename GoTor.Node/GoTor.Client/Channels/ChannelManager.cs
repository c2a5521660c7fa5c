using System.Net;
using System.Net.Sockets;
using GoTor.Client.Transport;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Channels;

/// <summary>A relay that has proven its identity has told another time than ours.</summary>
/// <param name="Skew">How far our clock is ahead; negative when it is behind.</param>
internal sealed record ClockSkewObservation(TimeSpan Skew, RsaIdentity Source)
{
    public override string ToString() => $"Our clock differs by {Skew}";
}

/// <summary>
/// Makes channels and shares them: one per relay, however many circuits. Concurrent callers share one attempt, which none of them can
/// cancel for the others. Safe for concurrent use.
/// </summary>
internal sealed class ChannelManager(
    TorClientOptions options,
    IRelayConnector connector,
    Func<ConsensusParameters> parameters,
    TimeProvider time,
    TorRandom random,
    ChannelMetrics metrics,
    ILoggerFactory loggers) : IAsyncDisposable
{
    // Whom a failed attempt was for, to tell retries from first attempts in the metrics.
    private const int MaxRemembered = 256;

    private readonly Lock _lock = new();
    private readonly List<TorChannel> _channels = [];
    private readonly Dictionary<AttemptKey, Task<TorChannel>> _attempts = [];
    private readonly HashSet<AttemptKey> _failed = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _logger = loggers.CreateLogger<ChannelManager>();
    private long _lastAttempt;
    private bool _disposed;

    /// <summary>Raised on the thread of the attempt. Handlers are quick and do not throw.</summary>
    public event Action<ClockSkewObservation>? ClockSkewObserved;

    /// <summary>A relay that has proven its identity has told its time, whether or not ours is another. As <see cref="ClockSkewObserved"/>.</summary>
    public event Action<ClockSkewObservation>? ClockRead;

    /// <summary>How far an attempt is, from <see cref="BootstrapPhase.Connecting"/> to <see cref="BootstrapPhase.HandshakeDone"/>.</summary>
    public event Action<BootstrapPhase>? Progressed;

    /// <summary>How a connection to a relay is, for observers. Raised on any thread; handlers are quick and do not throw.</summary>
    public event Action<ConnectionNews>? News;

    /// <summary>Raised after a channel has opened and after it has closed.</summary>
    public event Action? Changed;

    /// <summary>The open channels at this moment.</summary>
    public IReadOnlyList<TorChannel> Channels
    {
        get
        {
            lock (_lock)
                return [.. _channels];
        }
    }

    /// <summary>Cells that wait to be written, on all channels together.</summary>
    public int QueuedCells
    {
        get
        {
            lock (_lock)
                return _channels.Sum(channel => channel.QueuedCells);
        }
    }

    /// <summary>Channels that are open.</summary>
    public int OpenCount
    {
        get
        {
            lock (_lock)
                return _channels.Count(channel => channel.IsOpen);
        }
    }

    /// <summary>An open channel to the relay: one that is there, or a new one.</summary>
    /// <param name="cancellationToken">Ends the caller's wait, not the attempt.</param>
    /// <exception cref="ChannelException">
    /// There is none; <see cref="ChannelException.End"/> tells a wrong identity from a dead relay.
    /// </exception>
    public Task<TorChannel> GetAsync(HopTarget target, CancellationToken cancellationToken)
    {
        Task<TorChannel>? attempt;
        lock (_lock)
        {
            if (_disposed)
                throw new ChannelException(ChannelEnd.ClosedByUs, "The client is shutting down.");
            if (FindOpen(target) is { } channel)
                return Task.FromResult(channel);
            var key = new AttemptKey(target);
            if (!_attempts.TryGetValue(key, out attempt))
            {
                attempt = Task.Run(() => AttemptAsync(target, key), CancellationToken.None);
                _attempts.Add(key, attempt);
                // Its failure is recorded by itself, also when every caller has gone.
                attempt.ContinueWith(static failed => _ = failed.Exception, TaskContinuationOptions.OnlyOnFaulted);
            }
        }

        return attempt.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until everything that was queued has been sent, but not for relays that do not read.</summary>
    public async Task FlushAsync(TimeSpan patience)
    {
        try
        {
            await Task.WhenAll(Channels.Select(channel => channel.FlushAsync())).WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            // What is left is lost with the channel.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] attempts;
        TorChannel[] channels;
        lock (_lock)
        {
            _disposed = true;
            attempts = [.. _attempts.Values];
        }

        await _stopping.CancelAsync();
        foreach (Task attempt in attempts)
            await attempt.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
            channels = [.. _channels];
        foreach (TorChannel channel in channels)
            channel.Close(ChannelEnd.ClosedByUs);
        foreach (TorChannel channel in channels)
            await channel.Closed;
    }

    private TorChannel? FindOpen(HopTarget target) =>
        _channels.Find(channel => channel is { IsOpen: true, IsSilent: false } && Serves(channel, target));

    // Without an identity to go by, the address must do: that is all the caller knows of the relay.
    private static bool Serves(TorChannel channel, HopTarget target) =>
        (target.RsaIdentity is not { } rsa || rsa == channel.Peer.Rsa)
        && (target.Ed25519Identity is not { } ed || ed == channel.Peer.Ed25519)
        && (target.RsaIdentity is not null || target.Ed25519Identity is not null || target.OrPorts.Contains(channel.Address));

    private async Task<TorChannel> AttemptAsync(HopTarget target, AttemptKey key)
    {
        long number = Interlocked.Increment(ref _lastAttempt);
        try
        {
            bool isRetry;
            lock (_lock)
                isRetry = _failed.Remove(key);
            metrics.Attempted(isRetry);
            News?.Invoke(new ConnectionNews(number, ConnectionStep.Launched, target.RsaIdentity, target.OrPorts[0]));
            TorChannel channel = await ConnectAsync(target);
            News?.Invoke(new ConnectionNews(number, ConnectionStep.Connected, channel.Peer.Rsa, channel.Address));
            return Adopt(channel, target, number);
        }
        catch (Exception e) when (e is ChannelException or OperationCanceledException)
        {
            ChannelException failure = e as ChannelException
                ?? new ChannelException(ChannelEnd.ClosedByUs, "The client is shutting down.", e);
            Failed(key, failure);
            News?.Invoke(new ConnectionNews(number, ConnectionStep.Failed, target.RsaIdentity, target.OrPorts[0], failure.End));
            throw failure;
        }
        catch (Exception e)
        {
            // A mistake of ours. It counts as a failed attempt, so that attempts are successes and failures.
            ChannelException failure = new(ChannelEnd.HandshakeFailed, "Opening the channel failed for a reason that nobody thought of.", e);
            Failed(key, failure);
            throw failure;
        }
        finally
        {
            lock (_lock)
                _attempts.Remove(key);
        }
    }

    private void Failed(AttemptKey key, ChannelException failure)
    {
        metrics.Failed(failure.End);
        ChannelLog.AttemptFailed(_logger, failure.End, failure);
        lock (_lock)
        {
            if (_failed.Count >= MaxRemembered)
                _failed.Clear();
            _failed.Add(key);
        }
    }

    private async Task<TorChannel> ConnectAsync(HopTarget target)
    {
        Progressed?.Invoke(BootstrapPhase.Connecting);
        RelayConnection connection = await connector.ConnectAsync(UsableAddresses(target), _stopping.Token);
        Progressed?.Invoke(BootstrapPhase.Connected);
        Progressed?.Invoke(BootstrapPhase.Handshaking);
        long started = time.GetTimestamp();
        TlsLink tls = await TlsLink.ConnectAsync(connection.Stream, random, time, _stopping.Token);
        try
        {
            metrics.TlsHandshakeDone(time.GetElapsedTime(started));
            started = time.GetTimestamp();
            var reader = new ChannelReader(tls.Stream);
            LinkHandshakeResult handshake = await LinkHandshake.RunAsync(
                tls.Stream, reader, tls.PeerCertificate, connection.Address.Address, target, time, _stopping.Token);
            metrics.LinkHandshakeDone(time.GetElapsedTime(started));
            Progressed?.Invoke(BootstrapPhase.HandshakeDone);
            if (handshake.ClockReading is { } reading)
                ClockRead?.Invoke(new ClockSkewObservation(reading, handshake.Peer.Rsa));
            if (handshake.ClockSkew is { } skew)
                ClockSkewObserved?.Invoke(new ClockSkewObservation(skew, handshake.Peer.Rsa));
            var channel = new TorChannel(
                tls, handshake, connection.Address, Settings, time, random, metrics, loggers.CreateLogger<TorChannel>());
            metrics.Opened();
            channel.Start(reader);
            return channel;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes the new channel into the set, unless the same relay has got another one in the meantime.</summary>
    private TorChannel Adopt(TorChannel channel, HopTarget target, long number)
    {
        TorChannel? other;
        lock (_lock)
        {
            other = FindOpen(target);
            _channels.Add(channel);
        }

        _ = ForgetWhenClosedAsync(channel, number);
        if (other is not null)
        {
            channel.Close(ChannelEnd.ClosedByUs);
            return other;
        }

        Changed?.Invoke();
        return channel;
    }

    private async Task ForgetWhenClosedAsync(TorChannel channel, long number)
    {
        ChannelEnd end = await channel.Closed;
        lock (_lock)
            _channels.Remove(channel);
        News?.Invoke(new ConnectionNews(number, ConnectionStep.Closed, channel.Peer.Rsa, channel.Address, end));
        Changed?.Invoke();
    }

    private ChannelSettings Settings() => ChannelSettings.From(parameters(), options);

    private List<IPEndPoint> UsableAddresses(HopTarget target)
    {
        var usable = new List<IPEndPoint>(target.OrPorts.Count);
        foreach (IPEndPoint address in target.OrPorts)
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6 ? options.ClientUseIPv6 : options.ClientUseIPv4)
                usable.Add(address);
        }

        return usable.Count > 0
            ? usable
            : throw new ChannelException(ChannelEnd.ConnectFailed, "The relay has no address that ClientUseIPv4 and ClientUseIPv6 allow.");
    }

    /// <summary>Attempts are shared by those who expect the same relay.</summary>
    private readonly record struct AttemptKey(RsaIdentity? RsaIdentity, Ed25519Identity? Ed25519Identity, IPEndPoint? Address)
    {
        public AttemptKey(HopTarget target)
            : this(
                target.RsaIdentity,
                target.Ed25519Identity,
                target.RsaIdentity is null && target.Ed25519Identity is null ? target.OrPorts[0] : null)
        {
        }
    }
}
