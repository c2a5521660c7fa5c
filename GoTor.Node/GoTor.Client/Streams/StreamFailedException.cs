using GoTor.Protocol.Cells.Relay;

namespace GoTor.Client.Streams;

/// <summary>A stream or a lookup got no answer that one could use. The circuit is as good as it was, unless it ended too.</summary>
/// <param name="reason">What the exit said.</param>
/// <param name="circuitEnded">The exit said nothing: the circuit ended first. Another circuit may do better.</param>
internal sealed class StreamFailedException(EndReason reason, bool circuitEnded = false)
    : Exception(circuitEnded ? "The circuit ended before the stream was open." : $"The stream was refused: {reason}.")
{
    public EndReason Reason => reason;

    public bool CircuitEnded => circuitEnded;

    /// <summary>
    /// The exit says that it connected to an address that cannot be meant. Whoever picks exits until one agrees would let them move us to
    /// where they like.
    /// </summary>
    public bool NamedUnacceptableAddress { get; init; }

    /// <summary>What a resolver's own error says: the name does not exist, or try again later.</summary>
    public bool IsPermanentResolveError { get; init; }
}
