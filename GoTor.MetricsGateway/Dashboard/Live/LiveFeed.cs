using System.Collections.Immutable;
using System.Net;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.Live;

/// <summary>
/// Brings open pages up to date: renders each view that somebody looks at once, at most once a second, and sends everyone who looks at it the
/// same bytes. Safe for concurrent use.
/// </summary>
internal sealed class LiveFeed(
    INodeDirectory nodes, DashboardViews views, DashboardMetrics metrics, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LiveFeed> logger)
    : BackgroundService
{
    /// <summary>Between two renderings at the least.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // Also without reports something changes: "last report 20 s ago".
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Audience> _audiences = new(StringComparer.Ordinal);
    private readonly LivePlaces _places = new();
    private bool _ended;
    private bool _failed;

    /// <summary>Opens a page; the whole view is its first message. Null when too many are open.</summary>
    /// <param name="asked">The node it shows, which is known; null: whatever there is.</param>
    /// <param name="from">Where the reader is.</param>
    /// <param name="abandon">Ends the page's connection. Called before <see cref="Close"/> returns, never afterwards.</param>
    public LiveListener? Open(string? asked, IPAddress from, Action abandon)
    {
        lock (_gate)
        {
            if (_ended || !_places.TryTake(from))
            {
                metrics.Refused();
                return null;
            }
        }

        try
        {
            return Open(asked, new LiveListener(from, abandon));
        }
        catch
        {
            lock (_gate)
            {
                _places.Leave(from);
            }

            throw;
        }
    }

    private LiveListener? Open(string? asked, LiveListener listener)
    {
        ImmutableArray<Markup> sections = SectionsOf(asked);
        lock (_gate)
        {
            if (_ended)
            {
                _places.Leave(listener.From);
                return null;
            }

            if (!_audiences.TryGetValue(Key(asked), out Audience? audience))
                _audiences.Add(Key(asked), audience = new Audience(asked) { Sections = sections });
            listener.TrySend(LiveMessage.Greeting);
            listener.TrySend(LiveMessage.Patch(audience.Sections));
            audience.Listeners.Add(listener);
            metrics.Opened();
            return listener;
        }
    }

    /// <summary>Closes a page. Idempotent.</summary>
    public void Close(string? asked, LiveListener listener)
    {
        lock (_gate)
        {
            if (_audiences.TryGetValue(Key(asked), out Audience? audience) && audience.Listeners.Remove(listener))
                Left(audience, listener);
        }
    }

    /// <summary>Renders what somebody looks at and sends what changed.</summary>
    public void Send()
    {
        Audience[] audiences;
        lock (_gate)
        {
            audiences = [.. _audiences.Values];
        }

        if (audiences.Length == 0)
            return; // What views share costs something, with many nodes, and nobody looks.
        DashboardRound round = views.Now();
        foreach (Audience audience in audiences)
        {
            ImmutableArray<Markup> sections = DashboardPage.Sections(round.Of(audience.Asked));
            lock (_gate)
            {
                ImmutableArray<Markup> changed = LiveMessage.Changed(audience.Sections, sections);
                audience.Sections = sections;
                ReadOnlyMemory<byte> message = changed.IsEmpty ? LiveMessage.Pulse : LiveMessage.Patch(changed);
                foreach (LiveListener slow in audience.Listeners.Where(listener => !listener.TrySend(message)).ToArray())
                {
                    metrics.Dropped();
                    audience.Listeners.Remove(slow);
                    Left(audience, slow);
                    slow.Abandon();
                }
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The server waits for its answers to end before it lets anyone else stop, and these would never end by themselves.
        using CancellationTokenRegistration ending = lifetime.ApplicationStopping.Register(End);
        try
        {
            while (true)
            {
                long seen = nodes.Generation;
                try
                {
                    Send();
                    _failed = false;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // The next one may go well; a page that stands still for good would be worse.
                    if (!_failed)
                        DashboardLog.Failed(logger, e);
                    _failed = true;
                }

                await Task.Delay(Pace, time, stoppingToken);
                await WaitForNewsAsync(seen, stoppingToken);
            }
        }
        finally
        {
            End();
        }
    }

    private async Task WaitForNewsAsync(long seen, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(Patience - Pace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        try
        {
            await nodes.WaitForChangeAsync(seen, either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (LiveListener listener in _audiences.Values.SelectMany(audience => audience.Listeners))
            {
                listener.Complete();
            }
        }
    }

    // What the others of its view have; rendered only for the first.
    private ImmutableArray<Markup> SectionsOf(string? asked)
    {
        lock (_gate)
        {
            if (_audiences.TryGetValue(Key(asked), out Audience? audience))
                return audience.Sections;
        }

        return DashboardPage.Sections(views.Of(asked));
    }

    private void Left(Audience audience, LiveListener listener)
    {
        listener.Complete();
        _places.Leave(listener.From);
        metrics.Closed();
        if (audience.Listeners.Count == 0)
            _audiences.Remove(Key(audience.Asked));
    }

    // No node's name is empty.
    private static string Key(string? asked) => asked ?? "";

    /// <summary>Those who look at one view.</summary>
    private sealed class Audience(string? asked)
    {
        public string? Asked { get; } = asked;

        public HashSet<LiveListener> Listeners { get; } = [];

        /// <summary>As all of them have them.</summary>
        public required ImmutableArray<Markup> Sections { get; set; }
    }
}
