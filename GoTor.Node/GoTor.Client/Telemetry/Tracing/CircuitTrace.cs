using System.Diagnostics;
using GoTor.Client.Circuits;

namespace GoTor.Client.Telemetry.Tracing;

/// <summary>The trace of one circuit's build: its channel, each hop's handshake, and what came of it. Used by one caller at a time.</summary>
internal sealed class CircuitTrace : IDisposable
{
    private readonly Activity _root;
    private Activity? _part;

    private CircuitTrace(Activity root) => _root = root;

    /// <summary>Begins a trace; null when nobody wants it.</summary>
    public static CircuitTrace? Start(TrafficPurpose purpose, int hops)
    {
        if (TorTracing.StartRoot("gotor.circuit.build") is not { } root)
            return null;
        root.SetTag("gotor.purpose", purpose == TrafficPurpose.User ? "user" : "directory");
        root.SetTag("gotor.hops", hops);
        return new CircuitTrace(root);
    }

    /// <summary>A channel to the guard is looked for or opened.</summary>
    public void Channel() => Next("gotor.circuit.channel");

    /// <summary>The handshake with one hop; 1 is the guard.</summary>
    public void Hop(int number)
    {
        Next("gotor.circuit.hop");
        _part?.SetTag("gotor.hop", number);
    }

    public void Built() => End(null);

    public void Failed(CircuitEndKind why) => End(why.ToString());

    /// <summary>Nobody said how it ended: a mistake of ours.</summary>
    public void Dispose() => End(nameof(CircuitEndKind.Internal));

    private void Next(string name)
    {
        TorTracing.End(_part, null);
        _part = TorTracing.StartPart(_root, name);
    }

    private void End(string? failure)
    {
        TorTracing.End(_part, failure);
        TorTracing.End(_root, failure);
    }
}
