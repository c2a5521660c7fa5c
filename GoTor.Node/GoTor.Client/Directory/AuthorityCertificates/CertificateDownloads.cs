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
    private readonly DownloadSchedule _retry = new(TimeSpan.Zero, timing.MaxRetryDelay, random);
    private readonly HashSet<string> _asked = [];

    /// <summary>Launches what is due.</summary>
    /// <returns>How long until it should be asked again, at most.</returns>
    public TimeSpan Plan(IFetchDesk desk)
    {
        if (consensuses.Candidate is not { } candidate)
        {
            _asked.Clear();
            _retry.Reset(desk.Uptime);
            return TimeSpan.MaxValue;
        }

        if (desk.Running(DirectoryDocument.Certificates).Count > 0)
            return TimeSpan.MaxValue;
        // As C tor does on its first start: the newest certificate of every authority of which we have none.
        string[] missing = [.. authorities.Where(authority => !keeper.HasCurrent(authority, desk.Now)).Select(authority => authority.ToString())];
        string kind = "fp";
        if (missing.All(_asked.Contains) && candidate.Missing.Where(id => keeper.HasCurrent(id.Identity, desk.Now)).ToArray() is { Length: > 0 } pairs)
            (missing, kind) = ([.. pairs.Select(id => id.ToString())], "fp-sk");
        // What was never asked for is asked for at once; what was, with everything else of its kind, when its time has come.
        if (missing.All(_asked.Contains) && !_retry.IsReady(desk.Uptime))
            return _retry.NextAttempt - desk.Uptime;
        if (missing.Length == 0 || Pick(candidate, desk) is not { } server)
        {
            _retry.Postpone(desk.Uptime);
            return _retry.NextAttempt - desk.Uptime;
        }

        _asked.UnionWith(missing);
        desk.Launch(DirectoryDocument.Certificates, server, new DirectoryRequest { Path = $"/tor/keys/{kind}/{string.Join('+', missing)}", MaxLength = MaxLength }, missing);
        return TimeSpan.MaxValue;
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>What the waiting consensus is worth now; null when nothing changed.</returns>
    public ConsensusVerdict? Ended(DirectoryFetch fetch, FetchResult result, IFetchDesk desk)
    {
        IReadOnlyList<AuthorityCertificate> added = result.Outcome == FetchOutcome.Success ? keeper.Add(result.Body.Span) : [];
        bool isComplete = ((string[])fetch.Subject!).All(name => added.Any(certificate =>
            name == certificate.Identity.ToString() || name == certificate.Id.ToString()));
        servers.NoteEnd(fetch, result, isComplete, desk.Uptime);
        if (added.Count > 0 && added.All(certificate => certificate.IsExpired(desk.Now)))
        {
            clock.CertificatesAreExpired(desk.Now);
            // They will not be younger a second later.
            isComplete = false;
        }

        if (!isComplete)
            _retry.Postpone(desk.Uptime);
        return added.Count > 0 ? consensuses.Reconsider(desk.Now) : null;
    }

    private PickedServer? Pick(CandidateConsensus candidate, IFetchDesk desk)
    {
        HashSet<RsaIdentity> busy = desk.BusyServers(DirectoryDocument.Certificates);
        return candidate.Source is { } source && servers.PickAgain(DirectoryDocument.Certificates, source, busy, desk.Uptime) is { } again
            ? again
            : servers.Pick(DirectoryDocument.Certificates, desk.Network, fromAuthority: false, busy, desk.Uptime);
    }
}
