namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>What both sides of ntor-v3 know at the end: the proof key, the key of the relay's message, and the circuit's keys.</summary>
internal sealed class NtorV3Secrets : IDisposable
{
    private const int MessageKeyLength = 32;

    private readonly SecretBytes _verify;
    private readonly SecretBytes _stream = new(MessageKeyLength + RelayKeyMaterial.Length);

    public NtorV3Secrets(ReadOnlySpan<byte> verify) => _verify = new SecretBytes(verify);

    /// <summary>Input of AUTH.</summary>
    public ReadOnlySpan<byte> Verify => _verify.Span;

    /// <summary>Output of the final KDF: the key of the relay's message, then the keys of the circuit.</summary>
    public Span<byte> Stream => _stream.Span;

    /// <summary>Encrypts or decrypts the relay's message in place.</summary>
    public void CryptServerMessage(Span<byte> message) => NtorV3Transcript.Crypt(_stream.Span[..MessageKeyLength], message);

    /// <param name="extensions">The relay's message in clear.</param>
    public RelayKeyMaterial TakeKeys(ReadOnlyMemory<byte> extensions) =>
        new(new SecretBytes(_stream.Span[MessageKeyLength..]), extensions);

    public void Dispose()
    {
        _verify.Dispose();
        _stream.Dispose();
    }
}
