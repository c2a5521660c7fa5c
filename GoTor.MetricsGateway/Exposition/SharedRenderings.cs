namespace GoTor.MetricsGateway.Exposition;

/// <summary>
/// Gives each scrape a text that is no older than its request, and lets as many as possible share one: while a text is being written, all
/// who come wait together for the next one. Safe for concurrent use.
/// </summary>
internal sealed class SharedRenderings(ExpositionSource source, ExpositionFormat format)
{
    // Clients that read slowly hold on to old texts. So many may be alive; then the newest one is shared until slow clients are cut off.
    private const int MostAlive = 6;
    // Texts of many nodes are large: beside the newest one, so many bytes of them.
    private const long MostOldBytes = 64L << 20;
    // A text as short as this is written sooner than another thread would wake up.
    private const long Short = 128 * 1024;
    private readonly Lock _lock = new();
    private int _alive;
    private long _aliveBytes;
    private Rendering? _latest;
    private Batch? _running;
    private Batch? _next;

    /// <summary>How many texts are in memory.</summary>
    public int Alive => Volatile.Read(ref _alive);

    /// <summary>A text that the caller holds and has to release.</summary>
    public ValueTask<Rendering> HoldAsync()
    {
        Batch mine;
        bool isShort;
        lock (_lock)
        {
            if (_latest is not null && (_latest.Generation == source.Generation || IsFull(_latest)))
            {
                _latest.Hold();
                return new(_latest);
            }
            if (_running is not null)
            {
                _next ??= new Batch();
                _next.Waiting++;
                return new(_next.Done.Task);
            }
            _running = mine = new Batch { Waiting = 1 };
            isShort = _latest is { Text.Length: <= Short };
        }
        if (isShort)
            Run();
        else
            RunElsewhere();
        return new(mine.Done.Task);
    }

    private bool IsFull(Rendering latest) =>
        Alive >= MostAlive || (Alive > 1 && Volatile.Read(ref _aliveBytes) - latest.Text.Length > MostOldBytes);

    private void RunElsewhere() => ThreadPool.UnsafeQueueUserWorkItem(static renderings => renderings.Run(), this, preferLocal: false);

    // At most one text is being written, and who came after it was begun is not given it.
    private void Run()
    {
        Batch batch = _running!;
        try
        {
            batch.Done.SetResult(Render(batch.Waiting));
        }
        catch (Exception failure) // Those who wait have to hear of it, whatever it is.
        {
            batch.Done.SetException(failure);
        }
        bool more;
        lock (_lock)
        {
            (_running, _next) = (_next, null);
            more = _running is not null;
        }
        if (more)
            RunElsewhere(); // This thread may be a scrape's, which has what it wanted.
    }

    private Rendering Render(int waiting)
    {
        long generation = source.Generation; // Before what it counts: a change in between makes another text, not a wrong one.
        PooledText text = source.Write(format);
        long bytes = text.Length;
        Interlocked.Increment(ref _alive);
        Interlocked.Add(ref _aliveBytes, bytes);
        var rendering = new Rendering(text, generation, holders: waiting + 1, () =>
        {
            Interlocked.Add(ref _aliveBytes, -bytes);
            Interlocked.Decrement(ref _alive);
        });
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
