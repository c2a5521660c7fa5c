using System.Net;

namespace GoTor.Client.Transport;

/// <summary>
/// Connects to the first of one relay's addresses that answers: the next one is tried when the last has not answered within 250 ms
/// or has failed (RFC 8305). Stateless.
/// </summary>
internal static class AddressRace
{
    public static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <param name="connect">Opens one connection; the token is cancelled for those that lose.</param>
    /// <exception cref="AggregateException">All addresses failed.</exception>
    public static async Task<TConnection> RunAsync<TConnection>(
        IReadOnlyList<IPEndPoint> addresses,
        Func<IPEndPoint, CancellationToken, Task<TConnection>> connect,
        TimeProvider time,
        CancellationToken cancellationToken)
        where TConnection : IDisposable
    {
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<TConnection>>(addresses.Count);
        var failures = new List<Exception>();
        Task<TConnection>? winner = null;
        int next = 0;
        try
        {
            while (winner is null && (next < addresses.Count || running.Count > 0))
            {
                if (next < addresses.Count)
                    running.Add(connect(addresses[next++], losers.Token));
                Task<TConnection>? finished = await FirstOrNextTurnAsync(running, next < addresses.Count, time, cancellationToken);
                if (finished is null)
                    continue;
                running.Remove(finished);
                if (finished.IsCompletedSuccessfully)
                    winner = finished;
                else
                    failures.Add(finished.Exception?.InnerException ?? new TimeoutException());
            }
        }
        finally
        {
            await losers.CancelAsync();
            await DisposeAllAsync(running);
        }

        return winner is null ? throw new AggregateException(failures) : await winner;
    }

    /// <returns>A task that is over, or null when it is the next address's turn.</returns>
    private static async Task<Task<TConnection>?> FirstOrNextTurnAsync<TConnection>(
        List<Task<TConnection>> running, bool more, TimeProvider time, CancellationToken cancellationToken)
    {
        Task<Task<TConnection>> any = Task.WhenAny(running);
        if (!more)
            return await any.WaitAsync(cancellationToken);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task headStart = Task.Delay(HeadStart, time, answered.Token);
        bool first = await Task.WhenAny(any, headStart) == any;
        await answered.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first ? await any : null;
    }

    // Those that lost may still have connected in the meantime.
    private static async Task DisposeAllAsync<TConnection>(List<Task<TConnection>> running)
        where TConnection : IDisposable
    {
        foreach (Task<TConnection> task in running)
        {
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (task.IsCompletedSuccessfully)
                (await task).Dispose();
        }
    }
}
