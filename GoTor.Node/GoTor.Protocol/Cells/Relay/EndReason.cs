namespace GoTor.Protocol.Cells.Relay;

/// <summary>Why a stream ends. A client always sends <see cref="Misc"/>, except towards its own onion service. tor-spec §6.3.</summary>
internal enum EndReason : byte
{
    Misc = 1,
    ResolveFailed = 2,
    ConnectRefused = 3,
    ExitPolicy = 4,
    Destroy = 5,
    Done = 6,
    Timeout = 7,
    NoRoute = 8,
    Hibernating = 9,
    Internal = 10,
    ResourceLimit = 11,
    ConnectionReset = 12,
    TorProtocol = 13,
    NotDirectory = 14,
}
