using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>
/// CREATE_FAST: each side sends 20 random bytes. Safe only because TLS already protects them, so only for a first hop, and only
/// while its onion key is unknown. tor-spec §5.1.5.
/// </summary>
internal sealed class CreateFastHandshake : ClientHandshake
{
    public const int SecretLength = 20;
    public const int ReplyLength = SecretLength + SHA1.HashSizeInBytes;

    private readonly SecretBytes _x;

    public CreateFastHandshake(TorRandom random) => _x = SecretBytes.Random(SecretLength, random);

    public override HandshakeType Type => HandshakeType.Fast;

    public override int RequestLength => SecretLength;

    public override int WriteRequest(Span<byte> destination)
    {
        _x.Span.CopyTo(destination);
        return SecretLength;
    }

    public override RelayKeyMaterial Complete(ReadOnlySpan<byte> reply)
    {
        if (reply.Length != ReplyLength)
            throw new MalformedMessageException($"A CREATED_FAST reply has {ReplyLength} bytes, not {reply.Length}.");
        Span<byte> derivative = stackalloc byte[SHA1.HashSizeInBytes];
        RelayKeyMaterial keys = Derive(_x.Span, reply[..SecretLength], derivative);
        if (CryptographicOperations.FixedTimeEquals(derivative, reply[SecretLength..]))
            return keys;
        keys.Dispose();
        throw new CircuitViolationException("The relay did not prove that it knows the CREATE_FAST key.");
    }

    public override void Dispose() => _x.Dispose();

    /// <summary>The relay's half.</summary>
    /// <param name="request">The body of CREATE_FAST.</param>
    /// <param name="random">For Y.</param>
    /// <param name="reply"><see cref="ReplyLength"/> bytes to fill.</param>
    /// <exception cref="MalformedMessageException">A request of the wrong size.</exception>
    public static RelayKeyMaterial Respond(ReadOnlySpan<byte> request, TorRandom random, Span<byte> reply)
    {
        if (request.Length != SecretLength)
            throw new MalformedMessageException($"A CREATE_FAST request has {SecretLength} bytes, not {request.Length}.");
        random.Fill(reply[..SecretLength]);
        return Derive(request, reply[..SecretLength], reply[SecretLength..ReplyLength]);
    }

    private static RelayKeyMaterial Derive(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> derivative)
    {
        Span<byte> secret = stackalloc byte[2 * SecretLength];
        x.CopyTo(secret);
        y.CopyTo(secret[SecretLength..]);
        Span<byte> output = stackalloc byte[SHA1.HashSizeInBytes + RelayKeyMaterial.Tor1Length];
        KeyDerivation.KdfTor(secret, output);

        // KDF-TOR yields KH first; here it also is the proof.
        output[..SHA1.HashSizeInBytes].CopyTo(derivative);
        var stream = new SecretBytes(RelayKeyMaterial.Length);
        output[SHA1.HashSizeInBytes..].CopyTo(stream.Span);
        derivative.CopyTo(stream.Span[RelayKeyMaterial.Tor1Length..]);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(output);
        return new RelayKeyMaterial(stream);
    }
}
