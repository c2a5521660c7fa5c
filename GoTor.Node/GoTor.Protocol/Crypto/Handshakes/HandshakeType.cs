namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>
/// How a client and a relay agree on keys: HTYPE of CREATE2 and EXTEND2. tor-spec §5.1. TAP (0) is dead and not spoken here.
/// </summary>
internal enum HandshakeType : ushort
{
    /// <summary>Only in CREATE_FAST, which has no type field: for a first hop whose onion key we do not know.</summary>
    Fast = 1,

    Ntor = 2,

    NtorV3 = 3,
}
