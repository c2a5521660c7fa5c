namespace GoTor.Protocol.Crypto.RelayCrypto;

/// <summary>
/// The client's end of one hop's relay crypto. One implementation per algorithm, so that hops of one circuit can differ. Bodies
/// have 509 bytes and are changed in place. No call allocates in steady state. Not thread-safe: both directions belong to the
/// circuit's reactor.
/// </summary>
internal abstract class ClientHopCrypto : IDisposable
{
    /// <summary>Bytes of the tag that an authenticated SENDME of this hop carries.</summary>
    public abstract int TagLength { get; }

    /// <summary>Bytes that one relay message on a stream carries at most.</summary>
    public abstract int MaxDataLength { get; }

    /// <summary>Tag of the last cell originated to this hop: what its SENDME must quote. Valid until the next call.</summary>
    public abstract ReadOnlySpan<byte> OutboundTag { get; }

    /// <summary>Tag of the last cell recognised as this hop's: what our SENDME quotes. Valid until the next call.</summary>
    public abstract ReadOnlySpan<byte> InboundTag { get; }

    /// <summary>Marks a cell as meant for this hop, and encrypts it.</summary>
    public abstract void Originate(Span<byte> body);

    /// <summary>Adds this hop's layer to a cell meant for a later hop.</summary>
    public abstract void Encrypt(Span<byte> body);

    /// <summary>Takes this hop's layer off.</summary>
    /// <param name="body">The cell.</param>
    /// <param name="isLastHop">
    /// No hop follows. An unrecognised cell then ends the circuit, so nothing needs to be kept for going on after it.
    /// </param>
    /// <returns>True when this hop sent the cell.</returns>
    public abstract bool Decrypt(Span<byte> body, bool isLastHop);

    public abstract void Dispose();
}
