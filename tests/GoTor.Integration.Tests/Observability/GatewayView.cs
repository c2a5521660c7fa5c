using System.Globalization;
using System.Net;

namespace GoTor.Integration.Tests.Observability;

/// <summary>What a gateway says about one node, as a client sees it.</summary>
internal sealed class GatewayView(HttpClient gateway, string node)
{
    private const string LastReport = "gotor_node_last_report_timestamp_seconds";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <returns>The sum of a metric's samples of the node; null when there is none.</returns>
    public async Task<double?> ValueAsync(string metric) =>
        Sum(await gateway.GetStringAsync(new Uri("/metrics", UriKind.Relative)), metric, node);

    /// <returns>The status of <c>/health</c> for the node.</returns>
    public async Task<HttpStatusCode> HealthAsync()
    {
        using HttpResponseMessage answer = await gateway.GetAsync(new Uri($"/health?node={node}", UriKind.Relative));
        return answer.StatusCode;
    }

    /// <summary>Waits for a value. While the gateway does not answer, there is none.</summary>
    /// <returns>The value.</returns>
    public async Task<double> UntilAsync(string metric, Func<double, bool> isIt)
    {
        double? last = null;
        await PollAsync(
            async () => (last = await ValueAsync(metric)) is { } value && isIt(value),
            () => $"{metric} of the node '{node}' was last {last?.ToString(CultureInfo.InvariantCulture) ?? "not there"}.");
        return last!.Value;
    }

    /// <summary>Waits until the gateway knows everything that the node has done so far.</summary>
    public async Task CatchUpAsync()
    {
        // The first report to come may have been made before this call.
        for (int i = 0; i < 2; i++)
        {
            double last = await UntilAsync(LastReport, _ => true);
            await UntilAsync(LastReport, time => time > last);
        }
    }

    /// <summary>Waits until <c>/health</c> answers with this status.</summary>
    public Task UntilHealthAsync(HttpStatusCode status) =>
        PollAsync(async () => await HealthAsync() == status, () => $"/health of the node '{node}' did not become {status}.");

    /// <summary>Adds up the samples of exactly this metric that carry the node's label.</summary>
    internal static double? Sum(string exposition, string metric, string node)
    {
        double? sum = null;
        foreach (string line in exposition.Split('\n'))
        {
            if (line.StartsWith(metric + "{", StringComparison.Ordinal) && line.Contains($"node=\"{node}\"", StringComparison.Ordinal))
                sum = (sum ?? 0) + double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
        }

        return sum;
    }

    private static async Task PollAsync(Func<Task<bool>> isIt, Func<string> what)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(200));
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (await isIt())
                    return;
            }
            catch (HttpRequestException)
            {
                // Not there yet, or not there any more.
            }

            if (TimeProvider.System.GetElapsedTime(start) > Limit)
                throw new TimeoutException(what());
            await timer.WaitForNextTickAsync();
        }
    }
}
