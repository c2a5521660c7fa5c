using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

// usage: metrics-demo [GATEWAY] [SECONDS] : prints what a node does, from its gateway's /metrics/json and /health, until Ctrl+C.
Uri gateway = new(args is [{ } address, ..] ? address : "http://127.0.0.1:9052");
TimeSpan period = TimeSpan.FromSeconds(args is [_, { } seconds, ..] ? double.Parse(seconds, CultureInfo.InvariantCulture) : 10);

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

using HttpClient http = new() { BaseAddress = gateway };
using PeriodicTimer timer = new(period);
Snapshot? last = null;
try
{
    do
    {
        try
        {
            string health = await ReadHealthAsync(http, stop.Token);
            Snapshot now = await http.GetFromJsonAsync<Snapshot>("/metrics/json", stop.Token)
                ?? throw new JsonException("the gateway answered null");
            Print(health, last, now);
            last = now;
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            Console.WriteLine($"{DateTime.Now:T}  {gateway}: {error.Message}");
        }
    }
    while (await timer.WaitForNextTickAsync(stop.Token));
}
catch (OperationCanceledException)
{
    // Ctrl+C.
}

// 503 is an answer too: it says that no traffic can flow, and why.
static async Task<string> ReadHealthAsync(HttpClient http, CancellationToken cancellation)
{
    using HttpResponseMessage response = await http.GetAsync("/health", cancellation);
    if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable))
        response.EnsureSuccessStatusCode();
    JsonElement health = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
    return health.GetProperty("status").GetString() ?? "unknown";
}

static void Print(string health, Snapshot? last, Snapshot now)
{
    // Times are nanoseconds.
    TimeSpan average = TimeSpan.FromMicroseconds(now.CircuitBuildTimeAvg / 1000.0);
    double rate = last is null || now.UptimeSeconds <= last.UptimeSeconds
        ? 0
        : (now.StreamData - last.StreamData) / (double)(now.UptimeSeconds - last.UptimeSeconds);
    Console.WriteLine(
        $"{DateTime.Now:T}  {health}, up {TimeSpan.FromSeconds(now.UptimeSeconds):c}: "
        + $"{now.ActiveCircuits} circuits ({now.CircuitBuildSuccess} of {now.CircuitBuilds} built, {average.TotalSeconds:F2} s each), "
        + $"{now.ActiveStreams} streams ({now.StreamsCreated} so far), {now.GuardsActive} guards, "
        + $"{now.StreamData} bytes carried, {rate / 1000:F1} kB/s");
}

/// <summary>Some of the 32 fields of /metrics/json.</summary>
internal sealed record Snapshot(
    long CircuitBuilds,
    long CircuitBuildSuccess,
    long CircuitBuildTimeAvg,
    long ActiveCircuits,
    long StreamsCreated,
    long ActiveStreams,
    long StreamData,
    long GuardsActive,
    long UptimeSeconds);
