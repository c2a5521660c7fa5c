namespace GoTor.Protocol.Cells.Relay;

/// <summary>How a relay message lies in the 509 bytes of a cell. Negotiated with each hop: CGO uses version 1. Proposal 340, 359.</summary>
internal enum RelayCellFormat
{
    /// <summary>command 1, recognized 2, stream id 2, digest 4, length 2.</summary>
    V0,

    /// <summary>tag 16, command 1, length 2, and a stream id of 2 for those commands that belong to a stream.</summary>
    V1,
}
