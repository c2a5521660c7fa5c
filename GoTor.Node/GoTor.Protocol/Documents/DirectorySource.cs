using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>An authority that took part in a consensus: a "dir-source" line with what belongs to it. dir-spec §3.4.1.</summary>
/// <param name="Identity">Its v3 identity.</param>
internal sealed record DirectorySource(string Nickname, RsaIdentity Identity, IPAddress Address, ushort DirPort, ushort OrPort);
