using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>
/// ntor-v3: like ntor, but authenticated by the Ed25519 identity and with an encrypted message each way. The client's message has
/// no forward secrecy. Proposal 332.
/// </summary>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html#ntor-v3</remarks>
internal sealed class NtorV3Handshake : ClientHandshake
{
    /// <summary>A reply without any message: Y and AUTH.</summary>
    public const int MinReplyLength = KeyLength + Sha3.Digest256Length;

    /// <summary>What a CREATED2 cell holds at most.</summary>
    public const int MaxReplyLength = 509 - 2;

    private const int KeyLength = Curve25519.KeyLength;

    private readonly NtorV3Transcript _transcript;
    private readonly Curve25519KeyPair _ephemeral;
    private readonly byte[] _encryptedMessage;

    /// <param name="relay">Whom we mean.</param>
    /// <param name="onionKey">The relay's KP_ntor, 32 bytes.</param>
    /// <param name="extensions">Our message, from <see cref="CircuitExtensions.Encode"/>.</param>
    /// <param name="random">For the ephemeral key.</param>
    /// <exception cref="CircuitViolationException">The onion key is a point of small order, which no honest relay publishes.</exception>
    public NtorV3Handshake(Ed25519Identity relay, ReadOnlySpan<byte> onionKey, ReadOnlySpan<byte> extensions, TorRandom random)
        : this(relay, onionKey, extensions, random, NtorV3Transcript.CircuitExtend)
    {
    }

    /// <summary>With another verification string; both sides must use the same one.</summary>
    internal NtorV3Handshake(
        Ed25519Identity relay, ReadOnlySpan<byte> onionKey, ReadOnlySpan<byte> extensions, TorRandom random,
        ReadOnlySpan<byte> verification)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(onionKey.Length, KeyLength);
        _ephemeral = Curve25519KeyPair.Generate(random);
        _transcript = new NtorV3Transcript(relay, onionKey, _ephemeral.PublicKey, verification);
        if (!_ephemeral.TryAgree(onionKey, _transcript.OnionKeySecret))
            throw new CircuitViolationException("The relay's onion key is a point of small order.");
        _encryptedMessage = extensions.ToArray();
        _transcript.SealClientMessage(_encryptedMessage);
    }

    public override HandshakeType Type => HandshakeType.NtorV3;

    public override int RequestLength => NtorV3Transcript.ClientHeaderLength + _encryptedMessage.Length + Sha3.Digest256Length;

    public override int WriteRequest(Span<byte> destination)
    {
        var writer = new WireWriter(destination);
        writer.WriteBytes(_transcript.Relay);
        writer.WriteBytes(_transcript.OnionKey);
        writer.WriteBytes(_transcript.ClientKey);
        writer.WriteBytes(_encryptedMessage);
        writer.WriteBytes(_transcript.MessageMac);
        return writer.Written;
    }

    public override RelayKeyMaterial Complete(ReadOnlySpan<byte> reply)
    {
        if (reply.Length is < MinReplyLength or > MaxReplyLength)
            throw new MalformedMessageException($"An ntor-v3 reply cannot have {reply.Length} bytes.");
        ReadOnlySpan<byte> serverKey = reply[..KeyLength];
        byte[] message = reply[MinReplyLength..].ToArray();

        // Both checks run before either is reported, so that timing tells the peer nothing.
        using var shared = new SecretBytes(KeyLength);
        bool good = _ephemeral.TryAgree(serverKey, shared.Span);
        using NtorV3Secrets secrets = _transcript.Finish(shared.Span, serverKey);
        Span<byte> auth = stackalloc byte[Sha3.Digest256Length];
        _transcript.Authenticate(secrets, serverKey, message, auth);
        good &= CryptographicOperations.FixedTimeEquals(auth, reply[KeyLength..MinReplyLength]);
        if (!good)
            throw new CircuitViolationException("The ntor-v3 reply is not from the relay we meant.");

        secrets.CryptServerMessage(message);
        return secrets.TakeKeys(message);
    }

    public override void Dispose()
    {
        _ephemeral.Dispose();
        _transcript.Dispose();
    }
}
