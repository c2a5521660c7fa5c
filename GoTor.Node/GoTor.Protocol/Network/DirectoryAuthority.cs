using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Network;

/// <summary>One directory authority that we trust to sign consensuses (a DirAuthority line).</summary>
/// <param name="V3Identity">SHA-1 of its authority identity key; null for an authority that does not vote (the bridge authority).</param>
/// <param name="RsaIdentity">The fingerprint of its relay.</param>
internal sealed record DirectoryAuthority(
    string Nickname, RsaIdentity? V3Identity, RsaIdentity RsaIdentity, IPEndPoint OrPort, IPEndPoint? OrPortV6 = null);
