using System.Diagnostics;

namespace GoTor.Client.Telemetry.Tracing;

/// <summary>
/// The trace of one application's request: accepted and understood, a circuit chosen, BEGIN sent, connected, the first byte, the end. Who
/// makes it ends it. One caller at a time for <see cref="Enter"/> and <see cref="Leave"/>; the rest is safe for concurrent use.
/// </summary>
internal sealed class StreamTrace
{
    private readonly Activity _root;
    private Activity? _part;
    private string? _failure;
    private int _isConnected;
    private int _hadFirstByte;
    private int _isOver;

    private StreamTrace(Activity root) => _root = root;

    /// <summary>Begins a trace; null when nobody wants it.</summary>
    public static StreamTrace? Start() => TorTracing.StartRoot("gotor.stream") is { } root ? new StreamTrace(root) : null;

    /// <summary>What is asked for, and through which kind of port: members of closed enums.</summary>
    public void Asked(string proxy, string command)
    {
        _root.SetTag("gotor.proxy", proxy);
        _root.SetTag("gotor.command", command);
    }

    /// <summary>A part begins.</summary>
    /// <param name="attempt">Which try it belongs to, from 1; 0 when there is but one.</param>
    public void Enter(StreamPart part, int attempt = 0)
    {
        _part = TorTracing.StartPart(_root, NameOf(part));
        if (attempt > 0)
            _part?.SetTag("gotor.attempt", attempt);
    }

    /// <summary>The part that was entered last ends.</summary>
    /// <param name="failure">Null when it did what it should.</param>
    public void Leave(string? failure = null) => TorTracing.End(_part, failure);

    /// <summary>CONNECTED came, or a lookup's answer.</summary>
    public void Connected()
    {
        if (Interlocked.Exchange(ref _isConnected, 1) == 0)
            _root.AddEvent(new ActivityEvent("connected"));
    }

    /// <summary>The first byte from the destination.</summary>
    public void FirstByte()
    {
        if (Interlocked.Exchange(ref _hadFirstByte, 1) == 0)
            _root.AddEvent(new ActivityEvent("first_byte"));
    }

    /// <summary>Why it fails: a member of a closed enum. The first reason counts.</summary>
    public void Failed(string why) => Interlocked.CompareExchange(ref _failure, why, null);

    /// <summary>The request is over. Idempotent.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0)
            return;
        string? failure = _failure ?? (_isConnected == 0 ? "Abandoned" : null);
        TorTracing.End(_part, failure);
        TorTracing.End(_root, failure);
    }

    private static string NameOf(StreamPart part) => part switch
    {
        StreamPart.Request => "gotor.stream.request",
        StreamPart.Circuit => "gotor.stream.circuit",
        _ => "gotor.stream.begin",
    };
}

/// <summary>The parts of a stream's trace that take time.</summary>
internal enum StreamPart
{
    /// <summary>From accepting the application to its complete request.</summary>
    Request,

    /// <summary>Choosing a circuit, or waiting for one.</summary>
    Circuit,

    /// <summary>From BEGIN or RESOLVE to the answer.</summary>
    Begin,
}
