using GoTor.Client.Guards;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths.Guards;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Servers;

/// <summary>Our guards as directory servers. Safe for concurrent use.</summary>
internal sealed class GuardDirectory(GuardManager guards) : IDirectoryGuards
{
    public IDirectoryGuard? Pick(NetworkSnapshot network, IReadOnlySet<RsaIdentity> avoid)
    {
        GuardChoice? choice = guards.Pick(GuardUsage.Directory, new GuardRestriction { Outdated = avoid });
        if (avoid.Count > 0 && choice is null or { IsPrimary: false })
        {
            // The wish to avoid some must not take us beyond the primary guards.
            if (choice is not null)
                guards.ReportAbandoned(choice);
            choice = guards.Pick(GuardUsage.Directory, GuardRestriction.None);
        }

        return choice is null ? null : new PickedGuard(guards, choice);
    }

    public bool AnyKnown(NetworkSnapshot network) => guards.HasGuards;

    public bool LackDescriptors(NetworkSnapshot network) => !guards.HasGuardDescriptors;

    private sealed class PickedGuard(GuardManager guards, GuardChoice choice) : IDirectoryGuard
    {
        public HopTarget Target { get; } = new()
        {
            RsaIdentity = choice.Relay.RsaIdentity,
            Ed25519Identity = choice.Relay.Ed25519Identity,
            OrPorts = choice.OrPorts,
            NtorOnionKey = choice.Relay.Microdescriptor?.NtorOnionKey ?? default,
            Protocols = choice.Relay.Protocols,
        };

        public void Succeeded()
        {
            // Documents are documents, whichever guard they come from: nothing waits for a better one.
            if (guards.ReportSuccess(choice) == GuardVerdict.WaitForBetterGuard)
                guards.ReportAbandoned(choice);
        }

        public void Unreachable() => guards.ReportFailure(choice, GuardBlame.Guard);

        public void ServedBadly() => guards.ReportFailure(choice, GuardBlame.DirectoryService);

        public void Abandoned() => guards.ReportAbandoned(choice);
    }
}
