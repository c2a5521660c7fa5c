using GoTor.Client;
using GoTor.Node.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace GoTor.Node.Tests.Hosting;

public sealed class BootstrapConsoleTests
{
    private readonly BootstrapStatus _status = new();
    private readonly FakeLogger _logger = new();

    // C tor 0.4.9.11, src/feature/control/control_bootstrap.c and control_events.h: what controllers and scripts look for.
    public static TheoryData<int, string> CTor => new()
    {
        { 0, "starting" }, { 5, "conn" }, { 10, "conn_done" }, { 14, "handshake" }, { 15, "handshake_done" }, { 20, "onehop_create" },
        { 25, "requesting_status" }, { 30, "loading_status" }, { 40, "loading_keys" }, { 45, "requesting_descriptors" },
        { 50, "loading_descriptors" }, { 75, "enough_dirinfo" }, { 80, "ap_conn" }, { 85, "ap_conn_done" }, { 89, "ap_handshake" },
        { 90, "ap_handshake_done" }, { 95, "circuit_create" }, { 100, "done" },
    };

    private IEnumerable<string> Lines => _logger.Collector.GetSnapshot().Select(record => record.Message);

    [Theory]
    [MemberData(nameof(CTor))]
    public void Words_OfEachPhase_AreCTors(int percent, string tag) =>
        Assert.Equal(tag, BootstrapWords.Of((BootstrapPhase)percent).Tag);

    [Fact]
    public void Words_OfEveryPhase_AreKnown()
    {
        Assert.Equal(CTor.Count, Enum.GetValues<BootstrapPhase>().Length);
        Assert.All(Enum.GetValues<BootstrapPhase>(), phase => Assert.NotEqual("undef", BootstrapWords.Of(phase).Tag));
    }

    [Fact]
    public void Progress_IsLoggedAsCTorWordsIt_AndOnlyForwards()
    {
        using BootstrapConsole console = new(_status, _logger, bar: false);
        _status.Report(BootstrapPhase.RequestingDescriptors);
        _status.Report(BootstrapPhase.Connecting);
        _status.ReportDescriptors(0.5);
        _status.ReportDescriptors(0.5);
        _status.Report(BootstrapPhase.Done);

        Assert.Equal(
            [
                "Bootstrapped 0% (starting): Starting",
                "Bootstrapped 45% (requesting_descriptors): Asking for relay descriptors",
                "Bootstrapped 62% (loading_descriptors): Loading relay descriptors",
                "Bootstrapped 100% (done): Done",
            ],
            Lines);
    }

    [Fact]
    public void Problem_IsLoggedOnce_AndAgainAfterProgress()
    {
        using BootstrapConsole console = new(_status, _logger, bar: false);
        _status.Warn("the clock");
        _status.Warn("the clock");
        _status.Report(BootstrapPhase.Connecting);
        _status.Warn("the clock");

        Assert.Equal(2, _logger.Collector.GetSnapshot().Count(record => record.Level == LogLevel.Warning));
        Assert.Contains("Problem bootstrapping: the clock", Lines);
    }

    [Fact]
    public void Disposed_SaysNothingMore()
    {
        new BootstrapConsole(_status, _logger, bar: false).Dispose();
        _status.Report(BootstrapPhase.Done);
        Assert.Single(Lines);
    }
}
