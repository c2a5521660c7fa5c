using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Benchmarks.Operations;

/// <summary>The client's half of circuit handshakes and of signature checks. The relay's half of a handshake is measured beside it.</summary>
[MemoryDiagnoser]
public class HandshakeBenchmarks
{
    private readonly RsaIdentity _rsa = new(RandomNumberGenerator.GetBytes(RsaIdentity.Length));
    private readonly Curve25519KeyPair _onionKey = Curve25519KeyPair.Generate(TorRandom.Secure);
    private readonly Ed25519KeyPair _ed25519 = Ed25519KeyPair.Generate(TorRandom.Secure);
    private readonly RsaSigningKey _authority = RsaSigningKey.Generate(2048);
    private readonly byte[] _digest = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _request = new byte[509];
    private readonly byte[] _reply = new byte[509];
    private byte[] _ed25519Signature = [];
    private byte[] _rsaSignature = [];

    [GlobalSetup]
    public void Setup()
    {
        _ed25519Signature = _ed25519.Sign(_digest);
        _rsaSignature = _authority.SignDigest(_digest);
    }

    [Benchmark(Description = "ntor, both ends")]
    public void Ntor()
    {
        using NtorHandshake client = new(_rsa, _onionKey.PublicKey, TorRandom.Secure);
        int length = client.WriteRequest(_request);
        using RelayKeyMaterial theirs = NtorHandshake.Respond(_request.AsSpan(0, length), _rsa, _onionKey, TorRandom.Secure, _reply);
        using RelayKeyMaterial ours = client.Complete(_reply.AsSpan(0, NtorHandshake.ReplyLength));
    }

    [Benchmark(Description = "ntor, the relay's end")]
    public void NtorRelay()
    {
        using NtorHandshake client = new(_rsa, _onionKey.PublicKey, TorRandom.Secure);
        int length = client.WriteRequest(_request);
        using RelayKeyMaterial theirs = NtorHandshake.Respond(_request.AsSpan(0, length), _rsa, _onionKey, TorRandom.Secure, _reply);
    }

    [Benchmark(Description = "ntor-v3, both ends")]
    public void NtorV3()
    {
        using NtorV3Handshake client = new(_ed25519.PublicKey, _onionKey.PublicKey, [], TorRandom.Secure);
        int length = client.WriteRequest(_request);
        using NtorV3Responder relay = NtorV3Responder.Accept(_request.AsSpan(0, length), _ed25519.PublicKey, _onionKey);
        using RelayKeyMaterial theirs = relay.Reply([], TorRandom.Secure, _reply, out int written);
        using RelayKeyMaterial ours = client.Complete(_reply.AsSpan(0, written));
    }

    [Benchmark(Description = "check an Ed25519 signature")]
    public bool VerifyEd25519() => Ed25519.Verify(_ed25519.PublicKey, _digest, _ed25519Signature);

    [Benchmark(Description = "... without the two checks for points of mixed order")]
    public bool VerifyEd25519Bare() => Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify(_ed25519Signature, _ed25519.PublicKey.AsSpan(), _digest);

    [Benchmark(Description = "check an RSA-2048 signature")]
    public bool VerifyRsa() => _authority.PublicKey.VerifyDigest(_rsaSignature, _digest);
}
