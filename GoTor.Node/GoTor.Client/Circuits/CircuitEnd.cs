using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;

namespace GoTor.Client.Circuits;

/// <summary>What ended a circuit. A closed set, so that it can be a metric's tag.</summary>
internal enum CircuitEndKind
{
    /// <summary>We closed it: no longer needed, or shutting down.</summary>
    ClosedByUs,

    /// <summary>The caller gave up while it was being built.</summary>
    BuildCancelled,

    /// <summary>The channel could not be had, or broke. <see cref="CircuitEnd.Channel"/> says how.</summary>
    ChannelEnded,

    /// <summary>The guard sent DESTROY. <see cref="CircuitEnd.PeerReason"/> is what it said.</summary>
    Destroyed,

    /// <summary>A hop sent TRUNCATED. <see cref="CircuitEnd.PeerReason"/> is what it said.</summary>
    Truncated,

    /// <summary>A new hop's handshake did not prove that it has the key we expect.</summary>
    HandshakeFailed,

    /// <summary>A relay broke the rules.</summary>
    Violation,

    /// <summary>A relay sent cells faster than any honest window allows.</summary>
    QueueOverflow,

    /// <summary>An error of ours.</summary>
    Internal,
}

/// <summary>Why a circuit ended. For logs, metrics and decisions; nothing of it goes onto the wire, where DESTROY says NONE.</summary>
/// <param name="Hop">The hop at fault, 1 is the guard; 0 when it is not known.</param>
internal readonly record struct CircuitEnd(
    CircuitEndKind Kind, int Hop = 0, DestroyReason PeerReason = DestroyReason.None, ChannelEnd? Channel = null);
