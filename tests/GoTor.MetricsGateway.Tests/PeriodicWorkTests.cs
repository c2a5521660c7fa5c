using GoTor.MetricsGateway.Hosting;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.MetricsGateway.Tests;

public sealed class PeriodicWorkTests
{
    [Fact]
    public async Task Mistake_IsLoggedOnce_AndTheNextTimeComes()
    {
        var log = new FakeLogger();
        var time = new FakeTimeProvider();
        using var work = new Clumsy(time, log);
        await work.StartAsync(CancellationToken.None);
        for (int i = 1; i < 6; i++)
        {
            await work.Done.WaitAsync(TimeSpan.FromSeconds(60));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(work.ExecuteTask!.IsFaulted);
        await work.StopAsync(CancellationToken.None);
        Assert.True(work.ExecuteTask.IsCompletedSuccessfully);
        Assert.Equal(2, log.Collector.GetSnapshot().Count(record => record.Exception is OverflowException)); // Before and after the third time, which went well.
    }

    private sealed class Clumsy(TimeProvider time, FakeLogger log) : PeriodicWork(TimeSpan.FromSeconds(1), time, log)
    {
        private int _times;

        public SemaphoreSlim Done { get; } = new(0);

        protected override void Work()
        {
            Done.Release();
            if (++_times != 3)
                throw new OverflowException();
        }

        public override void Dispose()
        {
            Done.Dispose();
            base.Dispose();
        }
    }
}
