using System.Threading.Channels;
using GoTor.Client.Directory.AuthorityCertificates;
using GoTor.Client.Directory.Cache;
using GoTor.Client.Directory.Consensuses;
using GoTor.Client.Directory.Fetching;
using GoTor.Client.Directory.Http;
using GoTor.Client.Directory.Microdescriptors;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Network;

namespace GoTor.Client.Directory;

/// <summary>
/// The loop of the directory room. It alone touches what we believe, what we miss and what is under way, so nothing here needs a
/// lock. Requests run beside it and post how they ended; time wakes it. One use only: after a failure a new one starts from the disk.
/// </summary>
internal sealed class DirectoryReactor : IFetchDesk, IAsyncDisposable
{
    /// <summary>Looks at the wall clock at least so often: somebody may have set it.</summary>
    private static readonly TimeSpan MaxSleep = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CacheRetry = TimeSpan.FromMinutes(5);

    // Unbounded by type, bounded by producers: one event per request under way, and a few pokes.
    private readonly Channel<DirectoryEvent> _inbox = Channel.CreateUnbounded<DirectoryEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<DirectoryFetch, Task> _running = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly DirectoryServices _services;
    private readonly DirectoryFetcher _fetcher;
    private readonly DirectoryCache _cache;
    private readonly CertificateKeeper _certificates;
    private readonly ConsensusKeeper _consensuses;
    private readonly MicrodescriptorStore _microdescriptors;
    private readonly ConsensusDownloads _consensusDownloads;
    private readonly CertificateDownloads _certificateDownloads;
    private readonly MicrodescriptorDownloads _microdescriptorDownloads;
    private readonly ClockWarnings _clock;
    private readonly NetworkPublisher _publisher;
    private readonly long _started;
    private readonly ITimer _timer;
    private readonly List<TaskCompletionSource> _settling = [];
    private TimeSpan _nextFlush;
    private int _requestsUnderWay;

    public DirectoryReactor(DirectorySetup setup, DirectoryServices services, NetworkPublisher publisher)
    {
        _services = services;
        _publisher = publisher;
        _started = services.Time.GetTimestamp();
        _fetcher = new DirectoryFetcher(services.Connector, setup.Timing, services.Bootstrap, services.Metrics, services.Time, services.Logger);
        _cache = new DirectoryCache(setup.CacheDirectory, services.Logger);
        _certificates = new CertificateKeeper(setup.V3Identities, _cache);
        _clock = new ClockWarnings(services.Bootstrap, services.Logger);
        _consensuses = new ConsensusKeeper(setup.V3Identities, _certificates, _cache, _clock, services.Metrics, services.Logger);
        _microdescriptors = new MicrodescriptorStore(_cache, services.Logger);
        ServerPicker servers = new(setup.Fallbacks, setup.Authorities, services.Guards, setup.Timing, services.Random);
        _consensusDownloads = new ConsensusDownloads(
            _consensuses, new ConsensusRequests(setup.V3Identities), servers, setup.Timing, services.Random, services.Logger);
        _certificateDownloads = new CertificateDownloads(
            setup.V3Identities, _certificates, _consensuses, _clock, servers, setup.Timing, services.Random);
        _microdescriptorDownloads = new MicrodescriptorDownloads(_microdescriptors, servers, setup.Timing, services.Random);
        _timer = services.Time.CreateTimer(static inbox => ((ChannelWriter<DirectoryEvent>)inbox!).TryWrite(DirectoryEvent.Woken), _inbox.Writer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>From any thread.</summary>
    public int RequestsUnderWay => Volatile.Read(ref _requestsUnderWay);

    public TimeSpan Uptime => _services.Time.GetElapsedTime(_started);

    public DateTimeOffset Now => _services.Time.GetUtcNow();

    public NetworkSnapshot? Network => _publisher.Current;

    public bool HasEnoughDirectoryInfo => _publisher.HasEnoughDirectoryInfo;

    /// <summary>Somebody waits for the network: forget how often things failed. From any thread.</summary>
    public void Hurry() => _inbox.Writer.TryWrite(DirectoryEvent.Hurried);

    /// <summary>Other guards than before may be asked, or count. From any thread.</summary>
    public void GuardsChanged() => _inbox.Writer.TryWrite(DirectoryEvent.GuardsChanged);

    /// <summary>Completes when everything that was posted before has been dealt with and nothing is due.</summary>
    public Task SettleAsync()
    {
        TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _inbox.Writer.TryWrite(new DirectoryEvent.Settling(settled)) ? settled.Task : Task.CompletedTask;
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="TorException">We must not go on: the network demands a newer release.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Load();
        while (true)
        {
            TimeSpan sleep = Plan();
            foreach (TaskCompletionSource settled in _settling)
                settled.TrySetResult();
            _settling.Clear();
            _timer.Change(sleep < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : sleep, Timeout.InfiniteTimeSpan);
            DirectoryEvent next = await _inbox.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            do
                Handle(next);
            while (_inbox.Reader.TryRead(out next!));
        }
    }

    public IReadOnlyList<DirectoryFetch> Running(DirectoryDocument document) => [.. _running.Keys.Where(fetch => fetch.Document == document)];

    public void Launch(DirectoryDocument document, PickedServer server, DirectoryRequest request, object? subject)
    {
        if (document == DirectoryDocument.Certificates)
            _services.Bootstrap.Report(BootstrapPhase.LoadingKeys);
        if (document == DirectoryDocument.Microdescriptors)
            _services.Bootstrap.Report(BootstrapPhase.RequestingDescriptors);
        DirectoryFetch fetch = new(document, server.Server, server.Guard, request) { Subject = subject };
        _running.Add(fetch, Task.Run(() => FetchAsync(fetch), CancellationToken.None));
        Volatile.Write(ref _requestsUnderWay, _running.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
        foreach (DirectoryFetch fetch in _running.Keys)
        {
            fetch.Guard?.Abandoned();
            fetch.Dispose();
        }

        _running.Clear();
        _stop.Dispose();
        _inbox.Writer.Complete();
        while (_inbox.Reader.TryRead(out DirectoryEvent? left))
            (left as DirectoryEvent.Settling)?.Settled.TrySetResult();
        _settling.ForEach(settled => settled.TrySetResult());
    }

    private async Task FetchAsync(DirectoryFetch fetch)
    {
        FetchResult result;
        try
        {
            result = await _fetcher.FetchAsync(fetch, () => Uptime, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // An error of ours: the loop reports it and starts again.
            _inbox.Writer.TryWrite(new DirectoryEvent.Failed(fetch, e));
            return;
        }

        _inbox.Writer.TryWrite(new DirectoryEvent.FetchEnded(fetch, result));
    }

    private void Load()
    {
        _certificates.Load();
        _microdescriptors.Load();
        _consensuses.Load(Now, Uptime);
        if (_consensuses.Current is not null)
            Accepted(isCached: true);
    }

    private TimeSpan Plan()
    {
        // A consensus that has become too old, or that a set clock made so, is withdrawn before anything is planned with it.
        if (_publisher.Withdraw(Now))
            _consensusDownloads.Reset(Uptime);
        if (_publisher.Current is null && _consensuses.Current?.Lifetime.IsReasonablyLive(Now) == true)
            Accepted(isCached: true);
        TimeSpan sleep = MaxSleep;
        sleep = Min(sleep, _publisher.ExpiresIn(Now));
        sleep = Min(sleep, _consensusDownloads.Plan(this));
        sleep = Min(sleep, _certificateDownloads.Plan(this));
        sleep = Min(sleep, _microdescriptorDownloads.Plan(this));
        if (_cache.HasUnsaved && Uptime >= _nextFlush)
        {
            _cache.Flush();
            _nextFlush = Uptime + CacheRetry;
        }

        return sleep;
    }

    private void Handle(DirectoryEvent occurred)
    {
        switch (occurred)
        {
            case DirectoryEvent.FetchEnded(DirectoryFetch fetch, FetchResult result):
                _running.Remove(fetch);
                using (fetch)
                    Ended(fetch, result);
                Volatile.Write(ref _requestsUnderWay, _running.Count);
                break;
            case DirectoryEvent.Failed(_, Exception e):
                throw new InvalidOperationException("A directory request failed in an unforeseen way.", e);
            case DirectoryEvent.Settling(TaskCompletionSource settled):
                _settling.Add(settled);
                break;
            case DirectoryEvent.GuardsChangedEvent:
                _publisher.Judge();
                break;
            case DirectoryEvent.HurriedEvent:
                _consensusDownloads.Reset(Uptime);
                _microdescriptorDownloads.Reset();
                break;
        }
    }

    private void Ended(DirectoryFetch fetch, FetchResult result)
    {
        if (fetch.Server.Kind == DirectoryServerKind.Authority && result.ClockSkew is { } skew)
            _clock.CheckAuthority(skew, Now);
        switch (fetch.Document)
        {
            case DirectoryDocument.Consensus:
                Judged(_consensusDownloads.Ended(fetch, result, this));
                break;
            case DirectoryDocument.Certificates:
                Judged(_certificateDownloads.Ended(fetch, result, this));
                break;
            default:
                if (_microdescriptorDownloads.Ended(fetch, result, this) > 0)
                    Publish();
                _microdescriptors.RewriteIfWorthwhile();
                break;
        }
    }

    private void Judged(ConsensusVerdict? verdict)
    {
        if (verdict == ConsensusVerdict.Accepted)
            Accepted(isCached: false);
        if (verdict == ConsensusVerdict.TooNewForUs)
            throw new TorException(TorErrorKind.Obsolete, $"The network requires protocols that this version does not speak ({_consensuses.LastRefusal}). Upgrade GoTor.");
    }

    private void Accepted(bool isCached)
    {
        _microdescriptors.NoteListed(_consensuses.Current!.Relays.Select(relay => relay.MicrodescriptorDigest), _consensuses.Current.Lifetime.ValidAfter, Now);
        _microdescriptorDownloads.Accepted(_consensuses.Current);
        Publish();
        _consensusDownloads.Accepted(_consensuses.Current, isCached, this);
    }

    private void Publish() => _publisher.Publish(_consensuses.Current!, _microdescriptors.Find, Now);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
