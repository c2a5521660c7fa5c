namespace GoTor.Protocol.Documents;

/// <summary>The consensus flags that a client acts on. Others are ignored. dir-spec §3.4.2.</summary>
[Flags]
internal enum RelayFlags : ushort
{
    None = 0,
    Running = 1 << 0,
    Valid = 1 << 1,
    Fast = 1 << 2,
    Stable = 1 << 3,
    Guard = 1 << 4,
    Exit = 1 << 5,
    BadExit = 1 << 6,
    V2Dir = 1 << 7,
    HSDir = 1 << 8,
    MiddleOnly = 1 << 9,
    NoEdConsensus = 1 << 10,
    Authority = 1 << 11,
    StaleDesc = 1 << 12,
}
