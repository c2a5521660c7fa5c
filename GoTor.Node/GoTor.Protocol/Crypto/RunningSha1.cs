using System.Security.Cryptography;

namespace GoTor.Protocol.Crypto;

/// <summary>
/// SHA-1 of everything appended so far, which can be read without ending it. Appending and reading allocate nothing managed.
/// Not thread-safe.
/// </summary>
internal sealed class RunningSha1 : IDisposable
{
    public const int DigestLength = 20;

    private readonly IncrementalHash _hash;

    public RunningSha1()
        : this(IncrementalHash.CreateHash(HashAlgorithmName.SHA1))
    {
    }

    private RunningSha1(IncrementalHash hash) => _hash = hash;

    public void Append(ReadOnlySpan<byte> data) => _hash.AppendData(data);

    /// <param name="digest">20 bytes.</param>
    public void Peek(Span<byte> digest) => _hash.GetCurrentHash(digest);

    /// <summary>An independent copy of the state. Allocates.</summary>
    public RunningSha1 Clone() => new(_hash.Clone());

    public void Dispose() => _hash.Dispose();
}
