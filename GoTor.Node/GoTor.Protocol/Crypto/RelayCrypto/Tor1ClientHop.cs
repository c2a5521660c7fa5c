using GoTor.Protocol.Crypto.Handshakes;

namespace GoTor.Protocol.Crypto.RelayCrypto;

/// <summary>tor1: AES-128-CTR and a running SHA-1 in each direction. tor-spec §5.5.</summary>
internal sealed class Tor1ClientHop : ClientHopCrypto
{
    private readonly Tor1Digest _outboundDigest;
    private readonly Tor1Digest _inboundDigest;
    private readonly AesCtr _outboundCipher;
    private readonly AesCtr _inboundCipher;

    public Tor1ClientHop(RelayKeyMaterial keys)
    {
        _outboundDigest = new Tor1Digest(keys.ForwardDigestSeed);
        _inboundDigest = new Tor1Digest(keys.BackwardDigestSeed);
        _outboundCipher = AesCtr.Create(keys.ForwardKey);
        _inboundCipher = AesCtr.Create(keys.BackwardKey);
    }

    public override int TagLength => RunningSha1.DigestLength;

    public override int MaxDataLength => RelayCellLayout.BodyLength - RelayCellLayout.HeaderLength;

    public override ReadOnlySpan<byte> OutboundTag => _outboundDigest.Tag;

    public override ReadOnlySpan<byte> InboundTag => _inboundDigest.Tag;

    public override void Originate(Span<byte> body)
    {
        _outboundDigest.Mark(body);
        _outboundCipher.XorKeyStream(body);
    }

    public override void Encrypt(Span<byte> body) => _outboundCipher.XorKeyStream(body);

    public override bool Decrypt(Span<byte> body, bool isLastHop)
    {
        _inboundCipher.XorKeyStream(body);
        return _inboundDigest.Recognise(body, isLastHop);
    }

    public override void Dispose()
    {
        _outboundDigest.Dispose();
        _inboundDigest.Dispose();
        _outboundCipher.Dispose();
        _inboundCipher.Dispose();
    }
}
