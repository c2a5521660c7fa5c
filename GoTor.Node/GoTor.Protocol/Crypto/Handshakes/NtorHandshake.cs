using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>ntor: curve25519 against the relay's onion key, authenticated by its RSA identity. tor-spec §5.1.4.</summary>
internal sealed class NtorHandshake : ClientHandshake
{
    public const int ReplyLength = Curve25519.KeyLength + SHA256.HashSizeInBytes;
    private const int RequestBytes = RsaIdentity.Length + 2 * Curve25519.KeyLength;

    private readonly RsaIdentity _relay;
    private readonly byte[] _onionKey;
    private readonly Curve25519KeyPair _ephemeral;

    /// <param name="relay">Whom we mean.</param>
    /// <param name="onionKey">The relay's KP_ntor, 32 bytes.</param>
    /// <param name="random">For the ephemeral key.</param>
    public NtorHandshake(RsaIdentity relay, ReadOnlySpan<byte> onionKey, TorRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(onionKey.Length, Curve25519.KeyLength);
        _relay = relay;
        _onionKey = onionKey.ToArray();
        _ephemeral = Curve25519KeyPair.Generate(random);
    }

    public override HandshakeType Type => HandshakeType.Ntor;

    public override int RequestLength => RequestBytes;

    public override int WriteRequest(Span<byte> destination)
    {
        var writer = new WireWriter(destination);
        writer.WriteBytes(_relay.AsSpan());
        writer.WriteBytes(_onionKey);
        writer.WriteBytes(_ephemeral.PublicKey);
        return writer.Written;
    }

    public override RelayKeyMaterial Complete(ReadOnlySpan<byte> reply)
    {
        if (reply.Length != ReplyLength)
            throw new MalformedMessageException($"An ntor reply has {ReplyLength} bytes, not {reply.Length}.");
        ReadOnlySpan<byte> relayEphemeral = reply[..Curve25519.KeyLength];
        using var transcript = new NtorTranscript();

        // All checks run before any is reported, so that timing tells the peer nothing.
        bool good = _ephemeral.TryAgree(relayEphemeral, transcript.EphemeralSecret);
        good &= _ephemeral.TryAgree(_onionKey, transcript.OnionKeySecret);
        transcript.Bind(_relay, _onionKey, _ephemeral.PublicKey, relayEphemeral);
        Span<byte> auth = stackalloc byte[SHA256.HashSizeInBytes];
        transcript.Authenticate(auth);
        good &= CryptographicOperations.FixedTimeEquals(auth, reply[Curve25519.KeyLength..]);
        return good ? transcript.DeriveKeys() : throw new CircuitViolationException("The ntor reply is not from the relay we meant.");
    }

    public override void Dispose() => _ephemeral.Dispose();

    /// <summary>The relay's half.</summary>
    /// <param name="request">HDATA of CREATE2 or EXTEND2.</param>
    /// <param name="relay">Our own identity.</param>
    /// <param name="onionKey">Our own onion key.</param>
    /// <param name="random">For the ephemeral key.</param>
    /// <param name="reply"><see cref="ReplyLength"/> bytes to fill.</param>
    /// <exception cref="MalformedMessageException">A request of the wrong size.</exception>
    /// <exception cref="CircuitViolationException">A request for another relay or key, or with a degenerate point.</exception>
    public static RelayKeyMaterial Respond(
        ReadOnlySpan<byte> request, RsaIdentity relay, Curve25519KeyPair onionKey, TorRandom random, Span<byte> reply)
    {
        if (request.Length != RequestBytes)
            throw new MalformedMessageException($"An ntor request has {RequestBytes} bytes, not {request.Length}.");
        var reader = new WireReader(request);
        bool good = reader.ReadBytes(RsaIdentity.Length).SequenceEqual(relay.AsSpan());
        good &= reader.ReadBytes(Curve25519.KeyLength).SequenceEqual(onionKey.PublicKey);
        ReadOnlySpan<byte> clientEphemeral = reader.ReadRest();

        using Curve25519KeyPair ephemeral = Curve25519KeyPair.Generate(random);
        using var transcript = new NtorTranscript();
        good &= ephemeral.TryAgree(clientEphemeral, transcript.EphemeralSecret);
        good &= onionKey.TryAgree(clientEphemeral, transcript.OnionKeySecret);
        if (!good)
            throw new CircuitViolationException("The ntor request is not for us.");
        transcript.Bind(relay, onionKey.PublicKey, clientEphemeral, ephemeral.PublicKey);
        ephemeral.PublicKey.CopyTo(reply);
        transcript.Authenticate(reply[Curve25519.KeyLength..ReplyLength]);
        return transcript.DeriveKeys();
    }
}
