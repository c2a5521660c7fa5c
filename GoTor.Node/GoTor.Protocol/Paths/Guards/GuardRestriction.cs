using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>
/// Guards that one circuit or request cannot use. Says nothing about them for others. guard-spec §2, §4.6. Immutable.
/// </summary>
internal sealed record GuardRestriction
{
    public static GuardRestriction None { get; } = new();

    /// <summary>Neither these relays nor any in a family or network with one: the exit, and the guards of the other legs.</summary>
    public IReadOnlyList<Relay> AwayFrom { get; init; } = [];

    /// <summary>
    /// Directory servers that are known to lack what we want. It is a matter of the server, not of the path, so further primary guards
    /// are considered in their place.
    /// </summary>
    public IReadOnlyCollection<RsaIdentity> Outdated { get; init; } = [];

    public static GuardRestriction ForExit(Relay exit) => new() { AwayFrom = [exit] };

    /// <summary>The relay of a guard, where the network has it.</summary>
    public bool Allows(Relay relay, RelayDiversity diversity) =>
        !diversity.ConflictsWithAny(relay, AwayFrom) && !Outdated.Contains(relay.RsaIdentity);
}
