using GoTor.Protocol.Crypto.Handshakes;

namespace GoTor.Protocol.Crypto.RelayCrypto;

/// <summary>A relay's end of one circuit, tor1: one layer. Forward is away from the client. Not thread-safe.</summary>
internal sealed class RelaySideCrypto(RelayKeyMaterial keys) : IDisposable
{
    private readonly Tor1Digest _forwardDigest = new(keys.ForwardDigestSeed);
    private readonly Tor1Digest _backwardDigest = new(keys.BackwardDigestSeed);
    private readonly AesCtr _forwardCipher = AesCtr.Create(keys.ForwardKey);
    private readonly AesCtr _backwardCipher = AesCtr.Create(keys.BackwardKey);

    /// <summary>Tag of the last cell recognised: what our SENDME quotes. 20 bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> ForwardTag => _forwardDigest.Tag;

    /// <summary>Tag of the last cell originated: what the client's SENDME must quote. 20 bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> BackwardTag => _backwardDigest.Tag;

    /// <summary>Takes our layer off a cell from the client.</summary>
    /// <param name="body">509 bytes, changed in place.</param>
    /// <param name="isLastHop">The circuit ends here, so a cell that is not ours ends the circuit.</param>
    /// <returns>True when the cell is for us; otherwise it goes to the next relay as it now is.</returns>
    public bool DecryptForward(Span<byte> body, bool isLastHop)
    {
        RelayCellLayout.Check(body);
        _forwardCipher.XorKeyStream(body);
        return _forwardDigest.Recognise(body, isLastHop);
    }

    /// <summary>Marks a cell of our own for the client and encrypts it.</summary>
    public void OriginateBackward(Span<byte> body)
    {
        RelayCellLayout.Check(body);
        _backwardDigest.Mark(body);
        _backwardCipher.XorKeyStream(body);
    }

    /// <summary>Adds our layer to a cell from a later relay.</summary>
    public void RelayBackward(Span<byte> body)
    {
        RelayCellLayout.Check(body);
        _backwardCipher.XorKeyStream(body);
    }

    public void Dispose()
    {
        _forwardDigest.Dispose();
        _backwardDigest.Dispose();
        _forwardCipher.Dispose();
        _backwardCipher.Dispose();
    }
}
