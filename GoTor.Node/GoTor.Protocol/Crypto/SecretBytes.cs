using System.Security.Cryptography;

namespace GoTor.Protocol.Crypto;

/// <summary>
/// Key bytes: pinned, so that the collector leaves no copies behind; zeroed on dispose; never printed; compared in fixed time.
/// Not thread-safe: dispose only when nobody reads.
/// </summary>
internal sealed class SecretBytes : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    /// <summary>All zero until the caller fills <see cref="Span"/>.</summary>
    public SecretBytes(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    public SecretBytes(ReadOnlySpan<byte> source)
        : this(source.Length) => source.CopyTo(_bytes);

    public int Length => _bytes.Length;

    /// <exception cref="ObjectDisposedException">The key is gone; using zeros instead would be worse than failing.</exception>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    public static SecretBytes Random(int length, TorRandom random)
    {
        var secret = new SecretBytes(length);
        random.Fill(secret._bytes);
        return secret;
    }

    /// <summary>Takes the same time wherever the first difference is.</summary>
    public bool FixedTimeEquals(ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(Span, other);

    public bool FixedTimeEquals(SecretBytes other) => FixedTimeEquals(other.Span);

    public override string ToString() => "[secret]";

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
