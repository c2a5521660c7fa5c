namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>
/// What a finished handshake yields: the keys of one hop, and what the relay answered about extensions. Owned by whoever got it;
/// adding the hop to the relay crypto copies what that needs, so dispose it afterwards.
/// </summary>
internal sealed class RelayKeyMaterial : IDisposable
{
    /// <summary>Bytes of the key stream that tor1 relay crypto takes: Df (20), Db (20), Kf (16), Kb (16).</summary>
    public const int Tor1Length = 2 * (DigestSeedLength + KeyLength);

    /// <summary>Bytes a handshake draws: the tor1 keys and KH behind them.</summary>
    public const int Length = Tor1Length + KhLength;

    private const int DigestSeedLength = 20;
    private const int KeyLength = 16;
    private const int KhLength = 20;

    private readonly SecretBytes _stream;

    /// <param name="stream">The <see cref="Length"/> bytes, in the order above; ownership passes.</param>
    /// <param name="extensions">The relay's encoded extensions; empty when the handshake carries none.</param>
    public RelayKeyMaterial(SecretBytes stream, ReadOnlyMemory<byte> extensions = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(stream.Length, Length);
        _stream = stream;
        Extensions = extensions;
    }

    /// <summary>Df: seeds the digest of cells away from the client.</summary>
    public ReadOnlySpan<byte> ForwardDigestSeed => _stream.Span[..20];

    /// <summary>Db: seeds the digest of cells towards the client.</summary>
    public ReadOnlySpan<byte> BackwardDigestSeed => _stream.Span[20..40];

    /// <summary>Kf: encrypts cells away from the client.</summary>
    public ReadOnlySpan<byte> ForwardKey => _stream.Span[40..56];

    /// <summary>Kb: encrypts cells towards the client.</summary>
    public ReadOnlySpan<byte> BackwardKey => _stream.Span[56..72];

    /// <summary>KH: known to both ends of this circuit only; onion services bind ESTABLISH_INTRO to it.</summary>
    public ReadOnlySpan<byte> CircuitBindingKey => _stream.Span[72..92];

    /// <summary>
    /// What the relay answered, for <see cref="CircuitExtensions.DecodeResponse"/>. Authenticated. Empty except for ntor-v3.
    /// </summary>
    public ReadOnlyMemory<byte> Extensions { get; }

    public void Dispose() => _stream.Dispose();
}
