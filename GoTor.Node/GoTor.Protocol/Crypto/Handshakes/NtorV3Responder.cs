using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>
/// The relay's half of ntor-v3, in two steps, because the relay reads the client's message before it knows what to answer.
/// </summary>
internal sealed class NtorV3Responder : IDisposable
{
    private const int MinRequestLength = NtorV3Transcript.ClientHeaderLength + Sha3.Digest256Length;

    private readonly NtorV3Transcript _transcript;

    private NtorV3Responder(NtorV3Transcript transcript, byte[] clientMessage)
    {
        _transcript = transcript;
        ClientMessage = clientMessage;
    }

    /// <summary>What the client asked for: input of <see cref="CircuitExtensions.Decode"/>.</summary>
    public ReadOnlyMemory<byte> ClientMessage { get; }

    /// <exception cref="MalformedMessageException">A request too short to be one.</exception>
    /// <exception cref="CircuitViolationException">A request for another relay or key, or one that was altered.</exception>
    public static NtorV3Responder Accept(ReadOnlySpan<byte> request, Ed25519Identity relay, Curve25519KeyPair onionKey) =>
        Accept(request, relay, onionKey, NtorV3Transcript.CircuitExtend);

    internal static NtorV3Responder Accept(
        ReadOnlySpan<byte> request, Ed25519Identity relay, Curve25519KeyPair onionKey, ReadOnlySpan<byte> verification)
    {
        if (request.Length < MinRequestLength)
            throw new MalformedMessageException($"An ntor-v3 request cannot have {request.Length} bytes.");
        var reader = new WireReader(request);
        bool good = reader.ReadBytes(Ed25519Identity.Length).SequenceEqual(relay.AsSpan());
        good &= reader.ReadBytes(Curve25519.KeyLength).SequenceEqual(onionKey.PublicKey);
        ReadOnlySpan<byte> clientKey = reader.ReadBytes(Curve25519.KeyLength);
        byte[] message = reader.ReadBytes(reader.Remaining - Sha3.Digest256Length).ToArray();

        var transcript = new NtorV3Transcript(relay, onionKey.PublicKey, clientKey, verification);
        good &= onionKey.TryAgree(clientKey, transcript.OnionKeySecret);
        transcript.OpenClientMessage(message);
        good &= CryptographicOperations.FixedTimeEquals(transcript.MessageMac, reader.ReadRest());
        if (good)
            return new NtorV3Responder(transcript, message);
        transcript.Dispose();
        throw new CircuitViolationException("The ntor-v3 request is not for us.");
    }

    /// <param name="message">What to answer, from <see cref="CircuitExtensions.Encode"/>.</param>
    /// <param name="random">For the ephemeral key.</param>
    /// <param name="reply">At least <see cref="NtorV3Handshake.MinReplyLength"/> bytes and the message's length.</param>
    /// <param name="written">How many bytes of <paramref name="reply"/> are HDATA.</param>
    public RelayKeyMaterial Reply(ReadOnlySpan<byte> message, TorRandom random, Span<byte> reply, out int written)
    {
        using Curve25519KeyPair ephemeral = Curve25519KeyPair.Generate(random);
        using var shared = new SecretBytes(Curve25519.KeyLength);
        if (!ephemeral.TryAgree(_transcript.ClientKey, shared.Span))
            throw new CircuitViolationException("The client's key is a point of small order.");
        using NtorV3Secrets secrets = _transcript.Finish(shared.Span, ephemeral.PublicKey);

        var writer = new WireWriter(reply);
        writer.WriteBytes(ephemeral.PublicKey);
        Span<byte> auth = writer.Take(Sha3.Digest256Length);
        Span<byte> encrypted = writer.Take(message.Length);
        message.CopyTo(encrypted);
        secrets.CryptServerMessage(encrypted);
        _transcript.Authenticate(secrets, ephemeral.PublicKey, encrypted, auth);
        written = writer.Written;
        return secrets.TakeKeys(message.ToArray());
    }

    public void Dispose() => _transcript.Dispose();
}
