using GoTor.MetricsContract;
using GoTor.Node.Reporting.Sending;

namespace GoTor.Node.Tests.Reporting;

/// <summary>A gateway that does what the test says, and remembers what it was sent.</summary>
internal sealed class FakeSink : IReportSink
{
    private readonly Lock _lock = new();
    private readonly List<NodeReport> _sent = [];
    private TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What becomes of the next reports.</summary>
    public Func<NodeReport, CancellationToken, Task<ReportOutcome>> Answer { get; set; } =
        (_, _) => Task.FromResult(new ReportOutcome(ReportResult.Accepted, new ReportAnswer { Contract = 1 }));

    public IReadOnlyList<NodeReport> Sent
    {
        get
        {
            lock (_lock)
                return [.. _sent];
        }
    }

    public Task<ReportOutcome> SendAsync(NodeReport report, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _sent.Add(report.Clone()); // The reporter may use its messages again.
            _came.TrySetResult();
        }

        return Answer(report, cancellationToken);
    }

    /// <summary>Completes when so many reports have come.</summary>
    public async Task CountAsync(int count)
    {
        while (true)
        {
            Task came;
            lock (_lock)
            {
                if (_sent.Count >= count)
                    return;
                if (_came.Task.IsCompleted)
                    _came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                came = _came.Task;
            }

            await came.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }
}
