using GoTor.Protocol.Wire;

namespace GoTor.Client.Streams;

/// <summary>The exit that a stream must use.</summary>
/// <param name="MayBeForgotten">It was only used before (TrackHostExits): if it does not serve, another may.</param>
internal sealed record PinnedExit(RsaIdentity Identity, bool MayBeForgotten);
