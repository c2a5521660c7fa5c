using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Circuits;

/// <summary>
/// How much may be in flight to and from one hop, and the proof that it arrived: a SENDME echoes the tag of the cell that caused it.
/// One caller at a time.
/// </summary>
internal interface IFlowControl
{
    /// <summary>Another DATA message may be sent to the hop.</summary>
    bool CanSend { get; }

    /// <summary>Streams to this hop use XON and XOFF in place of SENDMEs.</summary>
    bool UsesRateFlowControl { get; }

    /// <summary>A DATA message was encrypted. <paramref name="tag"/> is its cell's tag, as the hop will see it.</summary>
    void DataSent(ReadOnlySpan<byte> tag);

    /// <summary>A DATA message came from the hop, whether anyone wants it or not.</summary>
    /// <returns>True when a SENDME for it must be sent now.</returns>
    /// <exception cref="CircuitViolationException">More than we allowed.</exception>
    bool DataReceived();

    /// <summary>Writes the message of a SENDME that is due.</summary>
    /// <param name="tag">The tag of the cell with the DATA message that made it due.</param>
    /// <returns>Its length.</returns>
    int WriteSendme(ReadOnlySpan<byte> tag, Span<byte> destination);

    /// <summary>A SENDME for the whole circuit came from the hop.</summary>
    /// <exception cref="CircuitViolationException">None was due, or it does not prove what it must.</exception>
    void SendmeReceived(ReadOnlySpan<byte> message);
}
