using System.Diagnostics;
using GoTor.MetricsContract;
using Microsoft.Extensions.Time.Testing;
using static GoTor.MetricsGateway.Tests.TestReports;

namespace GoTor.MetricsGateway.Tests;

/// <summary>Prometheus' own opinion about our pages.</summary>
public sealed class PromtoolTests
{
    [SkippableFact]
    public async Task CheckMetrics_OfAFullPage_IsClean()
    {
        Skip.IfNot(File.Exists("/usr/bin/promtool"), "promtool is not installed (Debian: prometheus)");
        await using TestGateway gateway = await TestGateway.StartAsync(new FakeTimeProvider(DateTimeOffset.UtcNow));
        await gateway.ReportAsync(GoTorSnapshot("a").With(
            Family("gotor.escaped", MetricType.Gauge, "", Sample(-1.5e-7, ("text", "a\"b\\c ü")), Sample(1e300, ("text", ""))),
            Gauge("gotor.bootstrap.progress", 0.5, "1"), Counter("gotor.process.cpu.time", 1.25, "s")));
        await gateway.ReportAsync(GoTorSnapshot("b"));
        Assert.Equal((0, ""), await CheckAsync(await gateway.GetAsync("/metrics")));
    }

    [SkippableFact]
    public async Task CheckMetrics_OfAnEmptyGateway_IsClean()
    {
        Skip.IfNot(File.Exists("/usr/bin/promtool"), "promtool is not installed (Debian: prometheus)");
        await using TestGateway gateway = await TestGateway.StartAsync();
        Assert.Equal((0, ""), await CheckAsync(await gateway.GetAsync("/metrics")));
    }

    private static async Task<(int ExitCode, string Output)> CheckAsync(string page)
    {
        using Process promtool = Process.Start(new ProcessStartInfo("/usr/bin/promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> output = promtool.StandardOutput.ReadToEndAsync();
        Task<string> errors = promtool.StandardError.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(page);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await output + await errors);
    }
}
