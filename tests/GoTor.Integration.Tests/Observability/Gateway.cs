using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Observability;

/// <summary>The pages of a gateway that a node has started.</summary>
internal sealed class Gateway(IPEndPoint address) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri($"http://{address}"),
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Every series of /metrics by its name and labels, without the label "node".</summary>
    public async Task<Dictionary<string, double>> MetricsAsync()
    {
        Dictionary<string, double> series = [];
        foreach (string line in (await _http.GetStringAsync("/metrics")).Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            int space = line.LastIndexOf(' ');
            string name = line[..space].Replace("node=\"tested\",", "", StringComparison.Ordinal).Replace("{node=\"tested\"}", "", StringComparison.Ordinal);
            series[name] = double.Parse(line[(space + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture);
        }

        return series;
    }

    /// <summary>0 when nobody answers.</summary>
    public async Task<(HttpStatusCode Code, JsonNode? Body)> HealthAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync("/health");
            return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
        }
        catch (HttpRequestException)
        {
            return (0, null);
        }
    }

    public Task HealthIsAsync(HttpStatusCode code) => UntilAsync(async () => (await HealthAsync()).Code == code, $"/health did not become {code}");

    /// <summary>Waits until the pages say so.</summary>
    public Task MetricsAreAsync(Func<Dictionary<string, double>, bool> condition, string what) => UntilAsync(
        async () =>
        {
            try
            {
                return condition(await MetricsAsync());
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        what);

    public void Dispose() => _http.Dispose();

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        long start = TimeProvider.System.GetTimestamp();
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(200));
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                throw new TimeoutException(what);
            await timer.WaitForNextTickAsync();
        }
    }
}
