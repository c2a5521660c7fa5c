using System.Net;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>A relay's identity and keys, and its half of the circuit handshakes with real crypto.</summary>
internal sealed class ScriptedHop : IDisposable
{
    private static readonly ProtocolVersions WithNtorV3 = Parse("Relay=1-4");
    private static readonly ProtocolVersions WithoutNtorV3 = Parse("Relay=1-2");

    private readonly TorRandom _random;
    private readonly Curve25519KeyPair _onionKey;

    public ScriptedHop(TorRandom random, bool ntorV3, int number)
    {
        _random = random;
        _onionKey = Curve25519KeyPair.Generate(random);
        Span<byte> identity = stackalloc byte[32];
        random.Fill(identity);
        Ed25519Identity = new Ed25519Identity(identity);
        RsaIdentity = new RsaIdentity(identity[..20]);
        Target = new HopTarget
        {
            RsaIdentity = RsaIdentity,
            Ed25519Identity = Ed25519Identity,
            OrPorts = [new IPEndPoint(new IPAddress([127, 0, 1, (byte)number]), 9001)],
            NtorOnionKey = _onionKey.PublicKey.ToArray(),
            Protocols = ntorV3 ? WithNtorV3 : WithoutNtorV3,
        };
    }

    public RsaIdentity RsaIdentity { get; }

    public Ed25519Identity Ed25519Identity { get; }

    /// <summary>What a client knows of it.</summary>
    public HopTarget Target { get; }

    /// <summary>What a client knows of it that has no directory yet.</summary>
    public HopTarget TargetWithoutKey => Target with { NtorOnionKey = default, Protocols = ProtocolVersions.None };

    /// <summary>Which handshakes clients have chosen, in order.</summary>
    public List<HandshakeType> Handshakes { get; } = [];

    /// <summary>Changes a reply before it is sent.</summary>
    public Func<byte[], byte[]>? AlterReply { get; set; }

    /// <summary>The encoded extensions of an ntor-v3 reply.</summary>
    public byte[] Extensions { get; set; } = CircuitExtensions.Encode();

    /// <summary>HDATA of the reply, and the keys. Throws as the responders do when the request is not for this relay.</summary>
    public byte[] Respond(HandshakeType type, ReadOnlySpan<byte> request, out RelayKeyMaterial keys)
    {
        Handshakes.Add(type);
        byte[] reply;
        switch (type)
        {
            case HandshakeType.Fast:
                reply = new byte[CreateFastHandshake.ReplyLength];
                keys = CreateFastHandshake.Respond(request, _random, reply);
                break;
            case HandshakeType.Ntor:
                reply = new byte[NtorHandshake.ReplyLength];
                keys = NtorHandshake.Respond(request, RsaIdentity, _onionKey, _random, reply);
                break;
            case HandshakeType.NtorV3:
                using (NtorV3Responder responder = NtorV3Responder.Accept(request, Ed25519Identity, _onionKey))
                {
                    reply = new byte[NtorV3Handshake.MinReplyLength + Extensions.Length];
                    keys = responder.Reply(Extensions, _random, reply, out _);
                }

                break;
            default:
                throw new MalformedMessageException($"No handshake of type {type}.");
        }

        return AlterReply?.Invoke(reply) ?? reply;
    }

    public void Dispose() => _onionKey.Dispose();

    private static ProtocolVersions Parse(string text) =>
        ProtocolVersions.TryParse(text, out ProtocolVersions versions) ? versions : throw new ArgumentException(text);
}
