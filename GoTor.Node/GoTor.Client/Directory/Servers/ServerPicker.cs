using GoTor.Client.Directory.Fetching;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Servers;

/// <summary>A server for one request.</summary>
/// <param name="Guard">Set when it is one of our guards.</param>
internal readonly record struct PickedServer(DirectoryServer Server, IDirectoryGuard? Guard);

/// <summary>
/// Chooses whom to ask. With a usable network: our guards, who see our address anyway, and nobody else while any is known.
/// Without: fallbacks and authorities. Whoever failed for a document is not asked for it again while there are others.
/// Owned by the directory loop.
/// </summary>
internal sealed class ServerPicker(
    IReadOnlyList<DirectoryServer> fallbacks, IReadOnlyList<DirectoryServer> authorities, IDirectoryGuards guards, DirectoryTiming timing, TorRandom random)
{
    private readonly Dictionary<DirectoryDocument, HashSet<RsaIdentity>> _failed = [];
    private readonly Dictionary<RsaIdentity, TimeSpan> _restsUntil = [];

    public bool HasFallbacks => fallbacks.Count > 0;

    /// <param name="network">Null while there is none that may be used.</param>
    /// <param name="fromAuthority">Where no guard serves us: an authority rather than a fallback.</param>
    /// <param name="busy">Servers that are being asked for such a document right now.</param>
    /// <returns>Null when nobody may be asked at the moment.</returns>
    public PickedServer? Pick(
        DirectoryDocument document, NetworkSnapshot? network, bool fromAuthority, IReadOnlyCollection<RsaIdentity> busy, TimeSpan now)
    {
        HashSet<RsaIdentity> failed = FailedFor(document);
        if (network is not null)
        {
            // Guards are never passed over for being busy, slow or late: each further one would learn that we use Tor. Only a guard that
            // is known to lack certain microdescriptors makes room for another of the primary ones.
            HashSet<RsaIdentity> avoid = document == DirectoryDocument.Microdescriptors ? failed : [];
            if (guards.Pick(network, avoid) is { } guard)
                return new PickedServer(new DirectoryServer(DirectoryServerKind.Guard, guard.Target), guard);
            if (guards.AnyKnown(network))
                return null;
        }

        IReadOnlyList<DirectoryServer> list = fromAuthority || !HasFallbacks ? authorities : fallbacks;
        DirectoryServer[] free = [.. list.Where(server => !busy.Contains(server.Identity))];
        if (free.Length == 0)
            return null;
        DirectoryServer[] awake = Prefer(free, server => !IsResting(server.Identity, now));
        DirectoryServer[] good = [.. awake.Where(server => !failed.Contains(server.Identity))];
        if (good.Length == 0)
        {
            // Everyone had a turn: a new round begins.
            failed.ExceptWith(list.Select(server => server.Identity));
            good = awake;
        }

        return new PickedServer(good[random.Next(0, good.Length)], null);
    }

    /// <summary>A server that just gave us something is likely to have what belongs to it.</summary>
    public PickedServer? PickAgain(DirectoryDocument document, DirectoryServer server, IReadOnlyCollection<RsaIdentity> busy, TimeSpan now) =>
        server.Kind != DirectoryServerKind.Guard && !FailedFor(document).Contains(server.Identity)
            && !busy.Contains(server.Identity) && !IsResting(server.Identity, now)
            ? new PickedServer(server, null)
            : null;

    /// <summary>Remembers how a request ended, and tells the guard.</summary>
    /// <param name="wasUseful">It brought all that was asked for.</param>
    public void NoteEnd(DirectoryFetch fetch, FetchResult result, bool wasUseful, TimeSpan now)
    {
        switch (result.Outcome)
        {
            case FetchOutcome.Cancelled:
                fetch.Guard?.Abandoned();
                return;
            case FetchOutcome.Unreachable:
                fetch.Guard?.Unreachable();
                break;
            case FetchOutcome.Broken or FetchOutcome.TooSlow or FetchOutcome.Garbage:
                fetch.Guard?.ServedBadly();
                break;
            default:
                fetch.Guard?.Succeeded();
                break;
        }

        if (!wasUseful)
            FailedFor(fetch.Document).Add(fetch.Server.Identity);
        if (result.Outcome == FetchOutcome.Busy)
            _restsUntil[fetch.Server.Identity] = now + timing.BusyServerRest;
    }

    /// <summary>Old failures say nothing of a new document.</summary>
    public void ForgetFailures(DirectoryDocument document) => FailedFor(document).Clear();

    private HashSet<RsaIdentity> FailedFor(DirectoryDocument document)
    {
        if (!_failed.TryGetValue(document, out HashSet<RsaIdentity>? failed))
            _failed[document] = failed = [];
        return failed;
    }

    private bool IsResting(RsaIdentity identity, TimeSpan now) => _restsUntil.TryGetValue(identity, out TimeSpan until) && until > now;

    private static DirectoryServer[] Prefer(DirectoryServer[] servers, Func<DirectoryServer, bool> wanted)
    {
        DirectoryServer[] preferred = [.. servers.Where(wanted)];
        return preferred.Length > 0 ? preferred : servers;
    }
}
