using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using GoTor.MetricsContract;
using GoTor.MetricsGateway.Nodes;
using GoTor.MetricsGateway.Reports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static GoTor.MetricsGateway.Tests.TestReports;

namespace GoTor.MetricsGateway.Tests;

/// <summary>
/// What the gateway shows of a node's totals, against a model that knows what really happened. Histories are random: the node works,
/// restarts, its reports arrive late, twice, in another order or never, and the gateway restarts.
/// </summary>
public sealed class TotalsModelTests
{
    public enum Step
    {
        Work,
        Report,
        DelayReport,
        DeliverOldest,
        DeliverNewest,
        ReplayAny,
        RestartNode,
        RestartGateway,
        PassSeconds,
        PassMinutes,
    }

    [Property(MaxTest = 2_000)]
    public Property Totals_AreThoseOfTheNewestReportThatArrived_NeverLessNeverTwice() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<Step>().ListOf().Select(steps => steps.ToArray()).ToArbitrary(), steps => Run(steps));

    private static void Run(Step[] steps)
    {
        var world = new World();
        foreach (Step step in steps)
        {
            world.Do(step);
            world.Check();
        }
    }

    private sealed class World
    {
        private static readonly ReportsMetrics Metrics = new(new NoMeters());
        private readonly FakeTimeProvider _time = new(Start.AddDays(1));
        private readonly List<NodeReport> _sent = [];
        private readonly List<NodeReport> _underWay = [];
        private ReportIntake _intake = null!;
        private NodeRegistry _registry = null!;

        // The node, as it really is.
        private int _boot = 1;
        private ulong _sequence;
        private double _total;

        // The model of the gateway: the report that it should show, when that came, and which processes gave way with which report.
        private (int Boot, ulong Sequence, double Total)? _expected;
        private DateTimeOffset _receivedAt;
        private readonly List<(int Boot, ulong Sequence)> _gaveWay = [];
        private int _random = 7;

        public World() => RestartGateway();

        public void Do(Step step)
        {
            switch (step)
            {
                case Step.Work:
                    _total += 3;
                    break;
                case Step.Report:
                    Deliver(Make());
                    break;
                case Step.DelayReport:
                    _underWay.Add(Make());
                    break;
                case Step.DeliverOldest when _underWay.Count > 0:
                    Deliver(Take(0));
                    break;
                case Step.DeliverNewest when _underWay.Count > 0:
                    Deliver(Take(_underWay.Count - 1));
                    break;
                case Step.ReplayAny when _sent.Count > 0:
                    Deliver(_sent[(_random = (_random * 31) & 0xffff) % _sent.Count]);
                    break;
                case Step.RestartNode:
                    (_boot, _sequence, _total) = (_boot + 1, 0, 0);
                    break;
                case Step.RestartGateway:
                    RestartGateway();
                    break;
                case Step.PassSeconds:
                    _time.Advance(TimeSpan.FromSeconds(11));
                    break;
                case Step.PassMinutes:
                    _time.Advance(TimeSpan.FromMinutes(6));
                    break;
            }
        }

        public void Check()
        {
            NodeState? shown = _registry.Find("node-1");
            if (_expected is null)
            {
                Assert.Null(shown);
                return;
            }
            double total = shown!.Latest.Families.Single().Samples.Single().Value;
            Assert.Equal(_expected.Value.Total, total);
            Assert.Equal($"boot-{_expected.Value.Boot}", shown.Latest.BootId);
        }

        private NodeReport Make()
        {
            _sequence++;
            NodeReport report = Empty("node-1", $"boot-{_boot}", _sequence, Start.AddMinutes(_boot), _time.GetUtcNow()).With(Counter("gotor.work", _total));
            _sent.Add(report);
            return report;
        }

        private NodeReport Take(int at)
        {
            NodeReport report = _underWay[at];
            _underWay.RemoveAt(at);
            return report;
        }

        private void Deliver(NodeReport report)
        {
            int boot = int.Parse(report.BootId.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture);
            bool isRefused = IsRefused(boot, report.Sequence);
            try
            {
                _intake.Take(report);
                Assert.False(isRefused);
            }
            catch (ReportRefusedException refused)
            {
                Assert.Equal(RefusalReason.OlderProcess, refused.Reason);
                Assert.True(isRefused);
            }
            if (isRefused || (_expected is { } same && same.Boot == boot && report.Sequence <= same.Sequence))
                return;
            if (_expected is { } before && before.Boot != boot)
                _gaveWay.Add((before.Boot, before.Sequence));
            _expected = (boot, report.Sequence, report.Families[0].Samples[0].Value);
            _receivedAt = _time.GetUtcNow();
        }

        // A younger process is always believed; an older one only when the current one is silent and it did not have to give way before, or
        // when the current one is gone for good and this is no old report of it.
        private bool IsRefused(int boot, ulong sequence)
        {
            if (_expected is not { } current || current.Boot == boot)
                return false;
            TimeSpan silence = _time.GetUtcNow() - _receivedAt;
            bool isStale = silence >= TimeSpan.FromMinutes(5);
            if (_gaveWay.TakeLast(8).Any(gone => gone.Boot == boot && (!isStale || sequence <= gone.Sequence)))
                return true;
            return boot < current.Boot && silence < TimeSpan.FromSeconds(10);
        }

        private void RestartGateway()
        {
            var quotas = new ReportQuotas { ReportsPerSecond = 1_000_000 };
            _registry = new NodeRegistry(quotas, _time);
            _intake = new ReportIntake(
                new ReportReader(new FamilyReader(quotas, new FamilyCatalogue(quotas))), _registry, quotas, Metrics, _time, NullLogger<ReportIntake>.Instance);
            _expected = null;
            _gaveWay.Clear();
        }
    }
}
