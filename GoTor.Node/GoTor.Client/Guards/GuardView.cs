using GoTor.Protocol.Paths.Guards;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Guards;

/// <summary>What is known of one guard at one moment. Sensitive; for controllers only.</summary>
internal sealed record GuardView(
    RsaIdentity Identity, string Nickname, bool IsListed, bool IsAllowed, bool IsConfirmed, GuardReachability Reachability,
    DateTimeOffset? FailingSince, DateTimeOffset? UnlistedSince)
{
    public override string ToString() => "[scrubbed]";
}
