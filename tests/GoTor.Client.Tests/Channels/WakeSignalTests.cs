using GoTor.Client.Channels;

namespace GoTor.Client.Tests.Channels;

public sealed class WakeSignalTests
{
    [Fact]
    public async Task Wake_BeforeTheWait_LetsOneWaitPass()
    {
        var signal = new WakeSignal();
        signal.Wake();
        signal.Wake();

        Assert.True(signal.WaitAsync().IsCompleted);
        ValueTask second = signal.WaitAsync();
        Assert.False(second.IsCompleted);
        signal.Wake();
        await second;
    }

    [Fact]
    public async Task Wake_FromManyThreads_IsNeverLost()
    {
        var signal = new WakeSignal();
        int produced = 0;
        const int Total = 40_000;
        Task[] producers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Total / 4; i++)
            {
                Interlocked.Increment(ref produced);
                signal.Wake();
            }
        }))];

        // Ends only if the last wake-up was seen.
        while (Volatile.Read(ref produced) < Total)
            await signal.WaitAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        await Task.WhenAll(producers);
    }
}
