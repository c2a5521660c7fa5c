namespace GoTor.Protocol.Cells;

/// <summary>Which circuit handshake CREATE2 and EXTEND2 carry. tor-spec §5.1; ntor-v3 is proposal 332.</summary>
internal enum HandshakeType : ushort
{
    Tap = 0,
    Ntor = 2,
    NtorV3 = 3,
}
