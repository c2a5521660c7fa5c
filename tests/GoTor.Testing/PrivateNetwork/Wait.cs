namespace GoTor.Testing.PrivateNetwork;

/// <summary>Waits for something that another process does.</summary>
internal static class Wait
{
    /// <exception cref="TimeoutException">It did not happen in time; the message is <paramref name="what"/>.</exception>
    public static async Task UntilAsync(Func<bool> condition, TimeSpan limit, Func<string> what, CancellationToken cancel = default)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
                throw new TimeoutException(what());
            await timer.WaitForNextTickAsync(cancel);
        }
    }
}
