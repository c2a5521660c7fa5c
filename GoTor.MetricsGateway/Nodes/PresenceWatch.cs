namespace GoTor.MetricsGateway.Nodes;

/// <summary>Notices each second that nodes fell silent, also when nobody asks for the list.</summary>
internal sealed class PresenceWatch(NodeRegistry registry, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

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
