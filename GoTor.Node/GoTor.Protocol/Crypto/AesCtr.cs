namespace GoTor.Protocol.Crypto;

/// <summary>
/// AES in counter mode with a 128 or 256 bit key: one endless key stream, used up byte by byte across calls. Encrypting and
/// decrypting are the same operation. Allocates nothing after construction. Not thread-safe.
/// </summary>
/// <remarks>NIST SP 800-38A §6.5, with the whole block as a big-endian counter. tor-spec §0.3.</remarks>
internal abstract class AesCtr : IDisposable
{
    public const int BlockLength = 16;

    /// <summary>A stream that starts at counter zero, as Tor uses nearly everywhere.</summary>
    public static AesCtr Create(ReadOnlySpan<byte> key) => Create(key, stackalloc byte[BlockLength]);

    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="iv">16 bytes: the first counter block.</param>
    public static AesCtr Create(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv) =>
        AesCtrX86.IsSupported ? new AesCtrX86(key, iv) : new AesCtrPortable(key, iv);

    /// <summary>XORs the next bytes of the key stream into <paramref name="inPlace"/>.</summary>
    public abstract void XorKeyStream(Span<byte> inPlace);

    public abstract void Dispose();

    protected static void CheckSizes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        if (key.Length is not (16 or 32))
            throw new ArgumentException($"An AES key here has 16 or 32 bytes, not {key.Length}.", nameof(key));
        if (iv.Length != BlockLength)
            throw new ArgumentException($"A counter block has 16 bytes, not {iv.Length}.", nameof(iv));
    }
}
