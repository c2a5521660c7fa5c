using System.Buffers.Binary;

namespace GoTor.Protocol.Crypto.RelayCrypto;

/// <summary>
/// One direction's running digest of tor1: marks cells, recognises them, and remembers the digest as SENDME tag. tor-spec §6.1.
/// </summary>
internal sealed class Tor1Digest : IDisposable
{
    private readonly byte[] _digest = new byte[RunningSha1.DigestLength];
    private RunningSha1 _running = new();

    public Tor1Digest(ReadOnlySpan<byte> seed) => _running.Append(seed);

    /// <summary>All 20 bytes of the digest as of the last cell marked or recognised.</summary>
    public ReadOnlySpan<byte> Tag => _digest;

    /// <summary>Writes recognized and digest into a cell in clear.</summary>
    public void Mark(Span<byte> body)
    {
        body.Slice(RelayCellLayout.RecognizedOffset, 2).Clear();
        Span<byte> field = body.Slice(RelayCellLayout.DigestOffset, RelayCellLayout.DigestLength);
        field.Clear();
        _running.Append(body);
        _running.Peek(_digest);
        _digest.AsSpan(0, RelayCellLayout.DigestLength).CopyTo(field);
    }

    /// <summary>
    /// Whether a decrypted cell is ours. If not, the body and, unless <paramref name="final"/>, the digest are as before.
    /// </summary>
    public bool Recognise(Span<byte> body, bool final)
    {
        if (BinaryPrimitives.ReadUInt16BigEndian(body[RelayCellLayout.RecognizedOffset..]) != 0)
            return false;

        // From here on the cell is ours but for one chance in 65536. Only a hop that others follow can need the old state again.
        RunningSha1? before = final ? null : _running.Clone();
        Span<byte> field = body.Slice(RelayCellLayout.DigestOffset, RelayCellLayout.DigestLength);
        uint received = BinaryPrimitives.ReadUInt32BigEndian(field);
        field.Clear();
        _running.Append(body);
        BinaryPrimitives.WriteUInt32BigEndian(field, received);

        Span<byte> digest = stackalloc byte[RunningSha1.DigestLength];
        _running.Peek(digest);
        if (BinaryPrimitives.ReadUInt32BigEndian(digest) == received)
        {
            digest.CopyTo(_digest);
            before?.Dispose();
            return true;
        }

        if (before is not null)
        {
            _running.Dispose();
            _running = before;
        }

        return false;
    }

    public void Dispose() => _running.Dispose();
}
