namespace GoTor.MetricsGateway.Tests.Dashboard.Browser;

/// <summary>One browser for all tests of a class; null where there is none.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    internal Chromium? Browser { get; private set; }

    public async Task InitializeAsync() => Browser = Chromium.Program is null ? null : await Chromium.StartAsync();

    public async Task DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }
    }
}
