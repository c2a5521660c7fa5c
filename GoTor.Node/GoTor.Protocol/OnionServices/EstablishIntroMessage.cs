using System.Security.Cryptography;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>
/// A service asks a relay to be its introduction point. What is decoded proves nothing yet: ask <see cref="IsMadeFor"/>.
/// </summary>
/// <remarks>https://spec.torproject.org/rend-spec/introduction-protocol.html#EST_INTRO</remarks>
internal sealed class EstablishIntroMessage : IRelayMessage<EstablishIntroMessage>
{
    private static readonly byte[] SignaturePrefix = [.. "Tor establish-intro cell v1"u8];

    private readonly byte[] _authenticated;
    private readonly byte[] _mac;
    private readonly byte[] _signature;

    private EstablishIntroMessage(
        Ed25519Identity key, IReadOnlyList<OnionExtension> extensions, byte[] authenticated, byte[] mac, byte[] signature)
    {
        (Key, Extensions) = (key, extensions);
        (_authenticated, _mac, _signature) = (authenticated, mac, signature);
    }

    public static RelayCommand Command => RelayCommand.EstablishIntro;

    /// <summary>KP_hs_ipt_sid.</summary>
    public Ed25519Identity Key { get; }

    public IReadOnlyList<OnionExtension> Extensions { get; }

    /// <param name="key">KS_hs_ipt_sid.</param>
    /// <param name="extensions">What the service wants of the relay.</param>
    /// <param name="circuitBindingKey">KH of the hop that becomes the introduction point.</param>
    public static EstablishIntroMessage Make(Ed25519KeyPair key, IReadOnlyList<OnionExtension> extensions, ReadOnlySpan<byte> circuitBindingKey)
    {
        Span<byte> body = stackalloc byte[CellLayout.BodyLength];
        var writer = new WireWriter(body);
        IntroductionKey.Encode(key.PublicKey, ref writer);
        OnionExtension.EncodeList(extensions, ref writer);
        byte[] authenticated = writer.WrittenSpan.ToArray();
        byte[] mac = new byte[OnionMac.Length];
        OnionMac.Compute(circuitBindingKey, authenticated, mac);
        return new EstablishIntroMessage(key.PublicKey, extensions, authenticated, mac, key.Sign([.. SignaturePrefix, .. authenticated, .. mac]));
    }

    public static EstablishIntroMessage Decode(ref WireReader body)
    {
        ReadOnlySpan<byte> whole = body.Rest;
        Ed25519Identity key = IntroductionKey.Decode(ref body);
        IReadOnlyList<OnionExtension> extensions = OnionExtension.DecodeList(ref body);
        byte[] authenticated = whole[..^body.Remaining].ToArray();
        byte[] mac = body.ReadBytes(OnionMac.Length).ToArray();
        return new EstablishIntroMessage(key, extensions, authenticated, mac, body.ReadBytes(body.ReadUInt16()).ToArray());
    }

    public void Encode(ref WireWriter body)
    {
        body.WriteBytes(_authenticated);
        body.WriteBytes(_mac);
        body.WriteUInt16((ushort)_signature.Length);
        body.WriteBytes(_signature);
    }

    /// <summary>
    /// Whether the owner of <see cref="Key"/> made it for this very circuit: nobody can replay it on another, or speak for a key not theirs.
    /// </summary>
    /// <param name="circuitBindingKey">KH of the circuit that it came on.</param>
    public bool IsMadeFor(ReadOnlySpan<byte> circuitBindingKey)
    {
        Span<byte> mac = stackalloc byte[OnionMac.Length];
        OnionMac.Compute(circuitBindingKey, _authenticated, mac);
        return CryptographicOperations.FixedTimeEquals(mac, _mac)
            && Ed25519.Verify(Key, [.. SignaturePrefix, .. _authenticated, .. _mac], _signature);
    }

    public override string ToString() => "ESTABLISH_INTRO [scrubbed]";
}
