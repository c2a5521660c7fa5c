namespace GoTor.MetricsGateway.Custom;

/// <summary>Forgets unused custom metrics in time.</summary>
internal sealed class CustomSweep(CustomRegistry registry, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                registry.Sweep();
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }
}
