namespace GoTor.Protocol.Cells;

/// <summary>Where things are in a fixed cell of link protocol 4 and 5, and in a version 0 relay message. tor-spec §3 and §6.1.</summary>
internal static class CellLayout
{
    /// <summary>Circuit id (4), command (1), body (509).</summary>
    public const int CellLength = 514;

    public const int CommandOffset = 4;
    public const int BodyOffset = 5;
    public const int BodyLength = 509;

    /// <summary>Relay message header: command (1), recognized (2), stream id (2), digest (4), length (2).</summary>
    public const int RelayHeaderLength = 11;

    /// <summary>Bytes that one version 0 relay message carries at most. Ask the circuit, not this: other formats carry less.</summary>
    public const int RelayDataLengthV0 = BodyLength - RelayHeaderLength;
}
