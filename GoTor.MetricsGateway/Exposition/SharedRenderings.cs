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
    private Task<Rendering>? _running;
    private Task<Rendering>? _next;

    /// <summary>How many texts are in memory.</summary>
    public int Alive => Volatile.Read(ref _alive);

    /// <summary>A text that the caller holds and has to release.</summary>
    public async ValueTask<Rendering> HoldAsync()
    {
        while (true)
        {
            Task<Rendering> wait;
            lock (_lock)
            {
                if (_latest is not null && (_latest.Generation == source.Generation || Alive >= MostAlive) && _latest.TryHold())
                    return _latest;
                if (_next is not null)
                    wait = _next;
                else if (_running is null || _running.IsCompleted)
                    wait = _running = Task.Run(Render);
                else
                    wait = _next = RenderAfterAsync(_running);
            }
            Rendering rendering = await wait;
            if (rendering.TryHold())
                return rendering;
        }
    }

    private async Task<Rendering> RenderAfterAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_lock)
            (_running, _next) = (_next, null); // From here on, who comes is too late for this text.
        return Render();
    }

    private Rendering Render()
    {
        long generation = source.Generation; // Before what it counts: a change in between makes another text, not a wrong one.
        var rendering = new Rendering(source.Write(format), generation, () => Interlocked.Decrement(ref _alive));
        Interlocked.Increment(ref _alive);
        Rendering? old;
        lock (_lock)
            (old, _latest) = (_latest, rendering);
        old?.Release();
        return rendering;
    }
}
