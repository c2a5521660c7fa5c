using GoTor.Testing.PrivateNetwork;

namespace GoTor.MetricsGateway.Tests.Custom;

/// <summary>The examples of docs/examples/custom-metrics do what they say, against a whole gateway.</summary>
public sealed class ExampleTests
{
    [SkippableTheory]
    [InlineData("curl", "bash", "curl.sh", "gotor_custom_wallet_payments_total{coin=\"xmr\"} 1\n")]
    [InlineData("python3", "python3", "report.py", "gotor_custom_wallet_broadcast_duration_seconds_count{coin=\"xmr\"} 1\n")]
    public async Task Script_ReportsItsMetrics(string needed, string interpreter, string script, string expected)
    {
        Skip.If(TorTools.Find(needed) is null, $"{needed} is not installed.");
        await using TestGateway gateway = await TestGateway.StartAsync();
        string token = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(token, TestGateway.Token + "\n");
            await using ChildProcess process = ChildProcess.Start(interpreter, Path.Combine(Folder(), script), gateway.HttpAddress.ToString().TrimEnd('/'), token);
            Assert.True(await process.WaitAsync().WaitAsync(TimeSpan.FromSeconds(30)) == 0, process.Output);
            Assert.Contains(expected, await gateway.GetAsync("/metrics"), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(token);
        }
    }

    [Fact]
    public async Task CSharp_ReportsItsMetrics_AlsoAfterTheGatewayHasForgotten()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using WalletMetrics metrics = new(gateway.GrpcAddress, TestGateway.Token);
        await metrics.PaymentSentAsync("xmr");
        await metrics.PaymentSentAsync("xmr");
        Assert.Equal(2, (await gateway.ScrapeAsync()).Value("gotor_custom_wallet_payments_sent_total", ("coin", "xmr")));
    }

    private static string Folder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GoTor.sln")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside a checkout."), "docs", "examples", "custom-metrics");
    }
}
