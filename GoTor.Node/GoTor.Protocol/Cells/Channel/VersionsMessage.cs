using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>The link protocols that a side speaks: the first cell in each direction.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html#VERSIONS-cells</remarks>
internal sealed record VersionsMessage(IReadOnlyList<ushort> Versions) : IChannelMessage<VersionsMessage>
{
    public static ChannelCommand Command => ChannelCommand.Versions;

    public static VersionsMessage Decode(ref WireReader body)
    {
        var versions = new ushort[body.Remaining / 2];
        for (int i = 0; i < versions.Length; i++)
            versions[i] = body.ReadUInt16();
        // Half a version is no version.
        body.ExpectEnd();
        return new VersionsMessage(versions);
    }

    public void Encode(ref WireWriter body)
    {
        foreach (ushort version in Versions)
            body.WriteUInt16(version);
    }
}
