using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>
/// The client's half of a circuit handshake: write the request once, then complete once with the reply. Holds ephemeral secrets
/// until disposed. Not thread-safe.
/// </summary>
internal abstract class ClientHandshake : IDisposable
{
    public abstract HandshakeType Type { get; }

    /// <summary>Bytes that <see cref="WriteRequest"/> writes.</summary>
    public abstract int RequestLength { get; }

    /// <summary>Writes HDATA of CREATE2 or EXTEND2 (for <see cref="HandshakeType.Fast"/>: the body of CREATE_FAST).</summary>
    /// <returns>How many bytes were written: always <see cref="RequestLength"/>.</returns>
    public abstract int WriteRequest(Span<byte> destination);

    /// <summary>Checks the relay's HDATA and derives the keys.</summary>
    /// <exception cref="MalformedMessageException">The reply has a size it cannot have.</exception>
    /// <exception cref="CircuitViolationException">The reply does not prove that the peer is the relay we meant.</exception>
    public abstract RelayKeyMaterial Complete(ReadOnlySpan<byte> reply);

    public abstract void Dispose();
}
