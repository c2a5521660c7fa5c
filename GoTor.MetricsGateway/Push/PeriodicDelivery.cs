using System.Net.Http.Headers;

namespace GoTor.MetricsGateway.Push;

/// <summary>
/// Delivers something once per period for as long as the gateway runs, and its last words when it stops. One delivery at a time; one that
/// fails is dropped, since the next one says the same and more. Says when it begins to fail, why, and when it works again.
/// </summary>
internal abstract class PeriodicDelivery(string target, Uri there, TimeSpan period, PushMetrics metrics, TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>The client for requests to targets: see <see cref="PushRoom"/>.</summary>
    public const string ClientName = "push";

    private static readonly TimeSpan LongestDelivery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(3);

    private string? _failure;
    private bool _hasWorked;

    /// <summary>Delivers what there is now.</summary>
    /// <exception cref="DeliveryFailedException">The target did not take it.</exception>
    protected abstract Task DeliverAsync(CancellationToken cancellation);

    /// <summary>The last words.</summary>
    protected virtual Task SayGoodbyeAsync(CancellationToken cancellation) => DeliverAsync(cancellation);

    /// <summary>The header for a bearer token in a file, read each time so that it can be changed; null without a file.</summary>
    protected static AuthenticationHeaderValue? Bearer(string? file) => file is null ? null : new AuthenticationHeaderValue("Bearer", FirstLine(file));

    protected static string FirstLine(string file)
    {
        using StreamReader reader = new(file);
        return reader.ReadLine()?.Trim() ?? "";
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (PushRules.IsExposed(there))
            PushLog.Exposed(logger, target);
        using PeriodicTimer timer = new(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryAsync(DeliverAsync, LongestDelivery, stoppingToken);
        }
        catch (OperationCanceledException)
        {
            await TryAsync(SayGoodbyeAsync, LongestGoodbye, CancellationToken.None);
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> deliver, TimeSpan limit, CancellationToken stopping)
    {
        using CancellationTokenSource slow = new(limit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, stopping);
        try
        {
            await deliver(either.Token);
            Note(null);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            Note("it did not answer in time");
        }
        catch (HttpRequestException error)
        {
            Note(error.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => "its name is not known",
                HttpRequestError.SecureConnectionError => "TLS failed",
                HttpRequestError.ConnectionError => "no connection",
                _ => "the connection broke",
            });
        }
        catch (Exception error) when (error is DeliveryFailedException or IOException or UnauthorizedAccessException or FormatException)
        {
            Note(error.Message);
        }
#pragma warning disable CA1031 // A mistake of ours in one delivery must not end the gateway, nor the deliveries after it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Note("a mistake of ours: " + error.GetType().Name);
        }
    }

    private void Note(string? failure)
    {
        metrics.Delivered(target, failure is null);
        if (failure is not null && failure != _failure)
            PushLog.Failed(logger, target, failure, period.TotalSeconds);
        else if (failure is null && (_failure is not null || !_hasWorked))
            PushLog.Works(logger, target);
        _failure = failure;
        _hasWorked |= failure is null;
    }
}

/// <summary>The target did not take a delivery; the message says why, in words of a small set.</summary>
internal sealed class DeliveryFailedException(string message) : Exception(message);
