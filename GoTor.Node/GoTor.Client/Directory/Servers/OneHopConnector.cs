using GoTor.Client.Circuits;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Servers;

/// <summary>
/// Reaches directory servers over circuits of one hop: with ntor to a relay whose key we know, with CREATE_FAST to one that we know
/// by address and fingerprint only. Requests to one server share its circuit, which is closed when it has been idle for a while.
/// </summary>
internal sealed class OneHopConnector : IDirectoryConnector, IAsyncDisposable
{
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<RsaIdentity, OneHop> _circuits = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ICircuitBuilder _builder;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;

    public OneHopConnector(ICircuitBuilder builder, TimeProvider time)
    {
        _builder = builder;
        _time = time;
        _sweep = time.CreateTimer(_ => CloseIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public async Task<Stream> OpenAsync(DirectoryServer server, CancellationToken cancellationToken)
    {
        OneHop hop;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (!_circuits.TryGetValue(server.Identity, out hop!) || hop.IsOver)
                _circuits[server.Identity] = hop = new OneHop(BuildAsync(server));
            hop.LastUse = _time.GetTimestamp();
            _sweep.Change(MaxIdle, Timeout.InfiniteTimeSpan);
        }

        // Cancelling ends this wait; others may wait for the same circuit.
        Circuit circuit = await hop.Building.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await circuit.OpenDirectoryStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        OneHop[] all;
        lock (_lock)
        {
            if (_stop.IsCancellationRequested)
                return;
            _stop.Cancel();
            all = [.. _circuits.Values];
            _circuits.Clear();
        }

        await _sweep.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(all.Select(hop => hop.CloseAsync())).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task<Circuit> BuildAsync(DirectoryServer server)
    {
        // Never under the caller's lock.
        await Task.Yield();
        using CancellationTokenSource slow = new(BuildTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, _stop.Token);
        try
        {
            return await _builder.BuildAsync([server.Target], either.Token).ConfigureAwait(false);
        }
        catch (CircuitBuildException e)
        {
            throw new TorException(e.GuardAtFault ? TorErrorKind.RelayUnreachable : TorErrorKind.CircuitClosed, "No circuit to a directory server.", e);
        }
        catch (OperationCanceledException e)
        {
            throw new TorException(slow.IsCancellationRequested ? TorErrorKind.Timeout : TorErrorKind.ShuttingDown, "No circuit to a directory server.", e);
        }
    }

    private void CloseIdle()
    {
        lock (_lock)
        {
            if (_stop.IsCancellationRequested)
                return;
            foreach ((RsaIdentity identity, OneHop hop) in _circuits.ToArray())
            {
                if (!hop.IsOver && (!hop.IsIdle || _time.GetElapsedTime(hop.LastUse) < MaxIdle))
                    continue;
                _circuits.Remove(identity);
                hop.BeginClose();
            }

            if (_circuits.Count > 0)
                _sweep.Change(MaxIdle, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class OneHop(Task<Circuit> building)
    {
        private Task _closing = Task.CompletedTask;

        public Task<Circuit> Building => building;

        public long LastUse { get; set; }

        public bool IsOver => building.IsCompleted && (!building.IsCompletedSuccessfully || !building.Result.IsOpen);

        public bool IsIdle => building.IsCompletedSuccessfully && building.Result.OpenStreams == 0;

        public void BeginClose() => _closing = CloseAsync();

        public async Task CloseAsync()
        {
            await _closing.ConfigureAwait(false);
            try
            {
                Circuit circuit = await building.ConfigureAwait(false);
                await circuit.DisposeAsync().ConfigureAwait(false);
            }
            catch (TorException)
            {
                // It never came about: whoever waited for it knows.
            }
        }
    }
}
