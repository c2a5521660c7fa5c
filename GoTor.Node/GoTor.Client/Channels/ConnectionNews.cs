using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Channels;

/// <summary>How far a connection to a relay is.</summary>
internal enum ConnectionStep
{
    Launched,
    Connected,
    Failed,
    Closed,
}

/// <summary>Something has happened to a connection to a relay. Sensitive; for controllers only.</summary>
/// <param name="Number">Tells attempts apart.</param>
/// <param name="Relay">Who it is, or should be; null while that is not known.</param>
/// <param name="End">Why it failed or closed.</param>
internal sealed record ConnectionNews(long Number, ConnectionStep Step, RsaIdentity? Relay, IPEndPoint Address, ChannelEnd? End = null)
{
    public override string ToString() => "[scrubbed]";
}
