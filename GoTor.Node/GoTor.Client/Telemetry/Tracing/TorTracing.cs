using System.Diagnostics;

namespace GoTor.Client.Telemetry.Tracing;

/// <summary>
/// The ActivitySource "GoTor": one trace per stream of an application, one per circuit that is built. Nothing is made while nobody
/// listens. Tags have values from closed sets and small numbers only: never a relay, an address, a destination or an onion name, and no
/// sizes. A stream's trace does not say which circuit carried it: which streams share one is what isolation hides. Safe for concurrent use.
/// </summary>
internal static class TorTracing
{
    public const string Name = "GoTor";

    /// <summary>Tag: how a span ended, "ok" or a member of a closed enum.</summary>
    public const string Outcome = "gotor.outcome";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>A trace of its own, whatever the caller traces: work that many share has no one parent.</summary>
    /// <returns>Null when nobody listens, or not to this one.</returns>
    public static Activity? StartRoot(string name)
    {
        if (!Source.HasListeners())
            return null;
        Activity? ambient = Activity.Current;
        Activity.Current = null;
        try
        {
            Activity? root = Source.StartActivity(name);
            if (root is null or { IsAllDataRequested: true })
                return root;
            root.Dispose();
            return null;
        }
        finally
        {
            // Spans are handed on by hand, so that no loop that happens to start now belongs to this trace for ever.
            Activity.Current = ambient;
        }
    }

    /// <summary>A part of a trace; null when there is none.</summary>
    public static Activity? StartPart(Activity? of, string name)
    {
        if (of is null)
            return null;
        Activity? ambient = Activity.Current;
        Activity? part = Source.StartActivity(ActivityKind.Internal, of.Context, name: name);
        Activity.Current = ambient;
        return part;
    }

    /// <summary>Ends a span.</summary>
    /// <param name="failure">Null for "ok".</param>
    public static void End(Activity? span, string? failure)
    {
        if (span is null || span.IsStopped)
            return;
        span.SetTag(Outcome, failure ?? "ok");
        span.SetStatus(failure is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        Activity? ambient = Activity.Current;
        span.Stop();
        Activity.Current = ambient;
    }
}
