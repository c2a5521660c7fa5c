using System.Collections.Concurrent;
using System.Diagnostics;
using GoTor.Client.Telemetry.Tracing;

namespace GoTor.Client.Tests.Telemetry;

/// <summary>Tests that listen for traces: listeners are the process's, so these run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TraceListening
{
    public const string Name = "listens for traces";
}

/// <summary>Records the spans that end while it lives.</summary>
internal sealed class TraceRecorder : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _ended = new();

    public TraceRecorder(ActivitySamplingResult sample = ActivitySamplingResult.AllDataAndRecorded)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == TorTracing.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => sample,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> Ended => [.. _ended];

    /// <summary>What hangs below a root, in the order in which it began: name, its tags as "key=value", its events.</summary>
    public string[] PartsOf(Activity root) =>
        [.. Ended.Where(span => span.ParentSpanId == root.SpanId).OrderBy(span => span.StartTimeUtc).Select(Describe)];

    /// <summary>The only root of that name, once it has ended.</summary>
    public Activity Root(string name) => Assert.Single(Roots(name));

    public IReadOnlyList<Activity> Roots(string name) => [.. Ended.Where(span => span.OperationName == name)];

    public static string Describe(Activity span) =>
        string.Join(' ', [span.OperationName, .. span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"), .. span.Events.Select(e => $"+{e.Name}")]);

    public void Dispose() => _listener.Dispose();
}
