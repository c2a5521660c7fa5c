namespace GoTor.MetricsGateway.Exposition;

/// <summary>
/// Gives each scrape a text that is no older than its request, and lets as many as possible share one: while a text is being written, all
/// who come wait together for the next one. Safe for concurrent use.
/// </summary>
internal sealed class SharedRenderings(ExpositionSource source, ExpositionFormat format)
{
    // Clients that read slowly hold on to old texts. So many may be alive; then the newest one is shared until slow clients are cut off.
    private const int MostAlive = 6;
    private readonly Lock _lock = new();
    private int _alive;
    private Rendering? _latest;
    private Batch? _running;
    private Batch? _next;

    /// <summary>How many texts are in memory.</summary>
    public int Alive => Volatile.Read(ref _alive);

    /// <summary>A text that the caller holds and has to release.</summary>
    public ValueTask<Rendering> HoldAsync()
    {
        lock (_lock)
        {
            if (_latest is not null && (_latest.Generation == source.Generation || Alive >= MostAlive))
            {
                _latest.Hold();
                return new(_latest);
            }
            if (_running is null)
            {
                _running = new Batch { Waiting = 1 };
                ThreadPool.UnsafeQueueUserWorkItem(static renderings => renderings.Run(), this, preferLocal: false);
                return new(_running.Done.Task);
            }
            _next ??= new Batch();
            _next.Waiting++;
            return new(_next.Done.Task);
        }
    }

    // At most one text is being written, and who came after it was begun is not given it.
    private void Run()
    {
        Batch? batch = _running;
        while (batch is not null)
        {
            try
            {
                batch.Done.SetResult(Render(batch.Waiting));
            }
            catch (Exception failure) // Those who wait have to hear of it, whatever it is.
            {
                batch.Done.SetException(failure);
            }
            lock (_lock)
                (batch, _running, _next) = (_next, _next, null);
        }
    }

    private Rendering Render(int waiting)
    {
        long generation = source.Generation; // Before what it counts: a change in between makes another text, not a wrong one.
        var rendering = new Rendering(source.Write(format), generation, holders: waiting + 1, () => Interlocked.Decrement(ref _alive));
        Interlocked.Increment(ref _alive);
        Rendering? old;
        lock (_lock)
            (old, _latest) = (_latest, rendering);
        old?.Release();
        return rendering;
    }

    private sealed class Batch
    {
        public TaskCompletionSource<Rendering> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiting { get; set; }
    }
}
