using System.Diagnostics;

namespace GoTor.MetricsGateway.Tests.Dashboard;

/// <summary>Waits for what another thread is about to do.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "It never became true.");
            await Task.Delay(10);
        }
    }
}
