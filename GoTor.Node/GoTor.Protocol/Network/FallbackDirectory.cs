using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Network;

/// <summary>A relay that serves directory documents to clients that know nothing yet (a FallbackDir line).</summary>
internal sealed record FallbackDirectory(RsaIdentity RsaIdentity, IPEndPoint OrPort, IPEndPoint? OrPortV6 = null);
