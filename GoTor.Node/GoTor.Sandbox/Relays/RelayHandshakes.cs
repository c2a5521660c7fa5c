using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Sandbox.Relays;

/// <summary>A relay's half of the circuit handshakes. Safe for concurrent use: its keys are only read.</summary>
internal sealed class RelayHandshakes(RsaIdentity rsaIdentity, Ed25519Identity ed25519Identity) : IDisposable
{
    /// <summary>KS_ntor.</summary>
    public NtorOnionKey OnionKey { get; } = NtorOnionKey.Generate(TorRandom.Secure);

    /// <summary>Writes HDATA of the answer.</summary>
    /// <returns>Its length.</returns>
    /// <exception cref="MalformedMessageException">A handshake that we do not speak, or one of the wrong size.</exception>
    /// <exception cref="CircuitViolationException">It is for another relay or key.</exception>
    public int Answer(HandshakeType type, ReadOnlySpan<byte> request, Span<byte> answer, out RelayKeyMaterial keys)
    {
        int written;
        switch (type)
        {
            case HandshakeType.Fast:
                keys = CreateFastHandshake.Respond(request, TorRandom.Secure, answer[..CreateFastHandshake.ReplyLength]);
                return CreateFastHandshake.ReplyLength;
            case HandshakeType.Ntor:
                keys = NtorHandshake.Respond(request, rsaIdentity, OnionKey.Agreement, TorRandom.Secure, answer[..NtorHandshake.ReplyLength]);
                return NtorHandshake.ReplyLength;
            case HandshakeType.NtorV3:
                using (NtorV3Responder responder = NtorV3Responder.Accept(request, ed25519Identity, OnionKey.Agreement))
                {
                    // Well-formed requests for what we do not offer are answered by silence about them.
                    CircuitExtensions.Decode(responder.ClientMessage);
                    keys = responder.Reply(CircuitExtensions.Encode(), TorRandom.Secure, answer, out written);
                }

                return written;
            default:
                throw new MalformedMessageException($"No handshake of type {(ushort)type}.");
        }
    }

    public void Dispose() => OnionKey.Dispose();
}
