using GoTor.Protocol.Network;

namespace GoTor.Client.Directory;

/// <summary>
/// Keeps our picture of the network up to date. A handle: thread-safe; the work is done by a <see cref="DirectoryReactor"/>, which
/// is replaced when it fails.
/// </summary>
internal sealed class DirectoryManager : INetworkSource
{
    private const int MaxFailures = 5;
    private static readonly TimeSpan FailureWindow = TimeSpan.FromMinutes(1);

    private readonly DirectorySetup _setup;
    private readonly DirectoryServices _services;
    private readonly NetworkPublisher _publisher;
    private volatile DirectoryReactor? _reactor;

    public DirectoryManager(DirectorySetup setup, DirectoryServices services)
    {
        _setup = setup;
        _services = services;
        _publisher = new NetworkPublisher(
            setup.Constraints, setup.PathsNeeded, services.Guards, services.Bootstrap, services.Metrics, services.Logger);
    }

    public event Action? Changed
    {
        add => _publisher.Changed += value;
        remove => _publisher.Changed -= value;
    }

    public NetworkSnapshot? Current => _publisher.Current;

    public bool HasEnoughDirectoryInfo => _publisher.HasEnoughDirectoryInfo;

    /// <summary>The network in use, counted; null without one.</summary>
    public NetworkCensus? Census => _services.Metrics.Census;

    /// <summary>What is missing before circuits can be built; empty when nothing is.</summary>
    public string MissingDirectoryInfo => _publisher.Missing;

    /// <summary>Requests that have not ended yet.</summary>
    public int RequestsUnderWay => _reactor?.RequestsUnderWay ?? 0;

    /// <summary>Somebody waits for the network: downloads that back off are tried again soon.</summary>
    public void Hurry() => _reactor?.Hurry();

    /// <summary>The state of a guard changed: look again whether we know enough, and whom to ask.</summary>
    public void GuardsChanged() => _reactor?.GuardsChanged();

    /// <summary>Completes when the loop has dealt with everything so far: with what time brought, too.</summary>
    public Task SettleAsync() => _reactor?.SettleAsync() ?? Task.CompletedTask;

    /// <summary>Runs until cancelled. A loop that fails is started again from the disk.</summary>
    /// <exception cref="TorException">The network demands a newer release, or the loop fails again and again. The process should end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Queue<TimeSpan> failures = [];
        long started = _services.Time.GetTimestamp();
        while (await RunLoopAsync(cancellationToken).ConfigureAwait(false) is { } failure)
            await PauseAsync(failure, failures, _services.Time.GetElapsedTime(started), cancellationToken).ConfigureAwait(false);
    }

    /// <returns>What it failed of; null when it was cancelled.</returns>
    private async Task<Exception?> RunLoopAsync(CancellationToken cancellationToken)
    {
        DirectoryReactor reactor = new(_setup, _services, _publisher);
        await using (reactor.ConfigureAwait(false))
        {
            _reactor = reactor;
            try
            {
                await reactor.RunAsync(cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception e) when (e is not TorException { Kind: TorErrorKind.Obsolete })
            {
                return e;
            }
            finally
            {
                _reactor = null;
            }
        }
    }

    private async Task PauseAsync(Exception e, Queue<TimeSpan> failures, TimeSpan now, CancellationToken cancellationToken)
    {
        while (failures.TryPeek(out TimeSpan oldest) && now - oldest > FailureWindow)
            failures.Dequeue();
        failures.Enqueue(now);
        _services.Metrics.LoopRestarted();
        if (failures.Count >= MaxFailures)
            throw new TorException(TorErrorKind.Internal, "The directory loop fails again and again.", e);
        TimeSpan pause = TimeSpan.FromSeconds(1 << (failures.Count - 1));
        _services.Logger.LoopFailed(e, pause.TotalSeconds);
        try
        {
            await Task.Delay(pause, _services.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next turn of the loop notices.
        }
    }
}
