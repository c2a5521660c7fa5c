using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>What a client leaves at a rendezvous point for a service to ask for. 20 bytes that nobody can guess.</summary>
internal readonly record struct RendezvousCookie
{
    public const int Length = 20;

    // An identity is twenty bytes that compare and hash well.
    private readonly RsaIdentity _bytes;

    /// <exception cref="MalformedMessageException">Another length.</exception>
    public RendezvousCookie(ReadOnlySpan<byte> bytes) => _bytes = bytes.Length == Length
        ? new RsaIdentity(bytes)
        : throw new MalformedMessageException($"A rendezvous cookie has {Length} bytes, not {bytes.Length}.");

    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    public override string ToString() => "[scrubbed]";
}
