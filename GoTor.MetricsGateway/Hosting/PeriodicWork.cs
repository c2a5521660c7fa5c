namespace GoTor.MetricsGateway.Hosting;

/// <summary>
/// Does something once per period for as long as the gateway runs. A mistake costs one time, not the gateway: it is logged, and once only
/// until it went well again.
/// </summary>
internal abstract class PeriodicWork(TimeSpan period, TimeProvider time, ILogger logger) : BackgroundService
{
    private bool _failed;

    /// <summary>One time.</summary>
    protected abstract void Work();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            do
                Try();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    private void Try()
    {
        try
        {
            Work();
            _failed = false;
        }
#pragma warning disable CA1031 // Whatever it is: the gateway goes on.
        catch (Exception mistake)
#pragma warning restore CA1031
        {
            if (!_failed)
                HostingLog.Failed(logger, GetType().Name, mistake);
            _failed = true;
        }
    }
}
