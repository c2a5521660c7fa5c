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

    /// <summary>A relay without a socket.</summary>
    public ScriptedHop(TorRandom random, bool ntorV3, int number)
        : this(random, ntorV3, MakeIdentity(random), number)
    {
    }

    /// <summary>A relay whose identities and address are real.</summary>
    public ScriptedHop(TorRandom random, bool ntorV3, RsaIdentity rsaIdentity, Ed25519Identity ed25519Identity, IPEndPoint orPort)
    {
        _random = random;
        _onionKey = Curve25519KeyPair.Generate(random);
        Ed25519Identity = ed25519Identity;
        RsaIdentity = rsaIdentity;
        Target = new HopTarget
        {
            RsaIdentity = RsaIdentity,
            Ed25519Identity = Ed25519Identity,
            OrPorts = [orPort],
            NtorOnionKey = _onionKey.PublicKey.ToArray(),
            Protocols = ntorV3 ? WithNtorV3 : WithoutNtorV3,
        };
    }

    private ScriptedHop(TorRandom random, bool ntorV3, Ed25519Identity identity, int number)
        : this(random, ntorV3, new RsaIdentity(identity.AsSpan()[..RsaIdentity.Length]), identity, new IPEndPoint(new IPAddress([127, 0, 1, (byte)number]), 9001))
    {
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

    private static Ed25519Identity MakeIdentity(TorRandom random)
    {
        Span<byte> identity = stackalloc byte[Ed25519Identity.Length];
        random.Fill(identity);
        return new Ed25519Identity(identity);
    }

    private static ProtocolVersions Parse(string text) =>
        ProtocolVersions.TryParse(text, out ProtocolVersions versions) ? versions : throw new ArgumentException(text);
}
