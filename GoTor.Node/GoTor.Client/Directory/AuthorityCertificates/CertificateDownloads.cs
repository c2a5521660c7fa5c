using GoTor.Client.Directory.Consensuses;
using GoTor.Client.Directory.Fetching;
using GoTor.Client.Directory.Http;
using GoTor.Client.Directory.Schedules;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.AuthorityCertificates;

/// <summary>
/// Asks for the certificates that a waiting consensus needs: by authority where we have none of its, by authority and signing key
/// otherwise. One request at a time; whoever gave the consensus is asked first. C tor's authcert.c. Owned by the directory loop.
/// </summary>
internal sealed class CertificateDownloads(
    IReadOnlyCollection<RsaIdentity> authorities, CertificateKeeper keeper, ConsensusKeeper consensuses, ClockWarnings clock,
    ServerPicker servers, DirectoryTiming timing, TorRandom random)
{
    private const int MaxLength = 1 << 20;
    private readonly Dictionary<string, DownloadSchedule> _schedules = [];

    /// <summary>Launches what is due.</summary>
    /// <returns>How long until it should be asked again, at most.</returns>
    public TimeSpan Plan(IFetchDesk desk)
    {
        if (consensuses.Candidate is not { } candidate)
        {
            _schedules.Clear();
            return TimeSpan.MaxValue;
        }

        if (desk.Running(DirectoryDocument.Certificates).Count > 0)
            return TimeSpan.MaxValue;
        // C tor asks for every authority's newest certificate while it is at it, and so do we: "fp/" names all that we lack.
        string[] ofAuthorities = [.. authorities.Where(authority => !keeper.HasCurrent(authority, desk.Now)).Select(authority => authority.ToString())];
        string[] pairs = [.. candidate.Missing.Where(id => keeper.HasCurrent(id.Identity, desk.Now)).Select(id => id.ToString())];
        (string[] missing, string kind) = ofAuthorities.Any(IsReady) ? (ofAuthorities, "fp") : (pairs, "fp-sk");
        string[] ready = [.. missing.Where(IsReady)];
        if (ready.Length == 0)
            return NextOf([.. ofAuthorities, .. pairs], desk);
        if (Pick(candidate, desk) is not { } server)
        {
            Postpone(ready, desk);
            return NextOf([.. ofAuthorities, .. pairs], desk);
        }

        DirectoryRequest request = new() { Path = $"/tor/keys/{kind}/{string.Join('+', ready)}", MaxLength = MaxLength };
        desk.Launch(DirectoryDocument.Certificates, server, request, ready);
        return TimeSpan.MaxValue;

        bool IsReady(string name) => !_schedules.TryGetValue(name, out DownloadSchedule? schedule) || schedule.IsReady(desk.Uptime);
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>What the waiting consensus is worth now; null when nothing changed.</returns>
    public ConsensusVerdict? Ended(DirectoryFetch fetch, FetchResult result, IFetchDesk desk)
    {
        IReadOnlyList<AuthorityCertificate> added = result.Outcome == FetchOutcome.Success ? keeper.Add(result.Body.Span) : [];
        string[] asked = (string[])fetch.Subject!;
        string[] lacking = [.. asked.Where(name => !added.Any(certificate =>
            name == certificate.Identity.ToString() || name == certificate.Id.ToString()))];
        servers.NoteEnd(fetch, result, lacking.Length == 0, desk.Uptime);
        Postpone(lacking, desk);
        if (added.Count == 0)
            return null;
        if (added.All(certificate => certificate.IsExpired(desk.Now)))
        {
            clock.CertificatesAreExpired(desk.Now);
            // They will not be younger a second later.
            Postpone(asked, desk);
        }

        return consensuses.Reconsider(desk.Now);
    }

    private PickedServer? Pick(CandidateConsensus candidate, IFetchDesk desk)
    {
        HashSet<RsaIdentity> busy = desk.BusyServers(DirectoryDocument.Certificates);
        return candidate.Source is { } source && servers.PickAgain(DirectoryDocument.Certificates, source, busy, desk.Uptime) is { } again
            ? again
            : servers.Pick(DirectoryDocument.Certificates, desk.Network, fromAuthority: false, busy, desk.Uptime);
    }

    private void Postpone(IEnumerable<string> names, IFetchDesk desk)
    {
        foreach (string name in names)
        {
            if (!_schedules.TryGetValue(name, out DownloadSchedule? schedule))
                _schedules[name] = schedule = new DownloadSchedule(TimeSpan.Zero, timing.MaxRetryDelay, random);
            schedule.Postpone(desk.Uptime);
        }
    }

    private TimeSpan NextOf(IEnumerable<string> names, IFetchDesk desk) => names
        .Select(name => _schedules.TryGetValue(name, out DownloadSchedule? schedule) ? schedule.NextAttempt - desk.Uptime : TimeSpan.Zero)
        .DefaultIfEmpty(TimeSpan.MaxValue)
        .Min();
}
