using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;

namespace GoTor.Client.Circuits;

/// <summary>Chooses the handshake with a new hop.</summary>
internal static class HopHandshake
{
    /// <exception cref="ArgumentException">The target lacks the key or the identity that its place in the path requires.</exception>
    public static ClientHandshake For(HopTarget target, bool isFirst, TorRandom random)
    {
        if (target.NtorOnionKey.IsEmpty)
        {
            return isFirst
                ? new CreateFastHandshake(random)
                : throw new ArgumentException("A hop after the first needs an ntor key.", nameof(target));
        }

        if (target is { Ed25519Identity: { } identity } && target.Protocols.Supports("Relay", 4))
            return new NtorV3Handshake(identity, target.NtorOnionKey.Span, CircuitExtensions.Encode(), random);
        if (target.RsaIdentity is not { } rsa)
            throw new ArgumentException("ntor needs the relay's RSA identity.", nameof(target));
        return new NtorHandshake(rsa, target.NtorOnionKey.Span, random);
    }
}
