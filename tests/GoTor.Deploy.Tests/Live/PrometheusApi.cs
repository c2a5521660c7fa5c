using System.Globalization;
using System.Text.Json;

namespace GoTor.Deploy.Tests.Live;

/// <summary>What a Prometheus answers.</summary>
internal sealed class PrometheusApi(Uri address) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

    public Uri Address => address;

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(new Uri("/-/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Every metric it has a series of.</summary>
    public Task<IReadOnlySet<string>> MetricNamesAsync() => LabelValuesAsync("__name__", null);

    public async Task<IReadOnlySet<string>> LabelValuesAsync(string label, string? selector)
    {
        JsonElement data = await GetAsync($"/api/v1/label/{label}/values{(selector is null ? "" : $"?match[]={Uri.EscapeDataString(selector)}")}");
        return data.EnumerateArray().Select(value => value.GetString()!).ToHashSet();
    }

    /// <returns>How many series an expression gives now.</returns>
    /// <exception cref="InvalidOperationException">It is no expression, or one with a warning.</exception>
    public async Task<IReadOnlyList<double>> QueryAsync(string expression)
    {
        JsonElement data = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}");
        return data.GetProperty("resultType").GetString() == "vector"
            ? [.. data.GetProperty("result").EnumerateArray().Select(series => Number(series.GetProperty("value")[1].GetString()!))]
            : [Number(data.GetProperty("result")[1].GetString()!)];
    }

    public void Dispose() => _client.Dispose();

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(path, UriKind.Relative));
        using JsonDocument json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement root = json.RootElement;
        if (root.GetProperty("status").GetString() != "success")
            throw new InvalidOperationException(root.GetProperty("error").GetString());
        if (root.TryGetProperty("warnings", out JsonElement warnings))
            throw new InvalidOperationException(warnings.GetRawText());
        return root.GetProperty("data").Clone();
    }
}
