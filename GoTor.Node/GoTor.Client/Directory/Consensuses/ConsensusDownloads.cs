using GoTor.Client.Directory.Fetching;
using GoTor.Client.Directory.Schedules;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Directory.Consensuses;

/// <summary>
/// Plans when a consensus is asked for, and of whom. Without a usable one: several at once, fallbacks first, authorities soon
/// after. With one: a single request of a guard, at a random moment before it expires. dir-spec §5.1, §5.5. Owned by the loop.
/// </summary>
internal sealed class ConsensusDownloads
{
    private readonly ConsensusKeeper _keeper;
    private readonly ConsensusRequests _requests;
    private readonly ServerPicker _servers;
    private readonly DirectoryTiming _timing;
    private readonly TorRandom _random;
    private readonly ILogger _logger;
    private readonly DownloadSchedule _fromFallbacks;
    private readonly DownloadSchedule _fromAuthorities;
    private readonly DownloadSchedule _refresh;
    private DateTimeOffset _refreshAt;
    private bool _wholeOnly;

    public ConsensusDownloads(
        ConsensusKeeper keeper, ConsensusRequests requests, ServerPicker servers, DirectoryTiming timing, TorRandom random, ILogger logger)
    {
        _keeper = keeper;
        _requests = requests;
        _servers = servers;
        _timing = timing;
        _random = random;
        _logger = logger;
        _fromFallbacks = new DownloadSchedule(TimeSpan.Zero, timing.MaxRetryDelay, random);
        _fromAuthorities = new DownloadSchedule(servers.HasFallbacks ? timing.BootstrapAuthorityDelay : TimeSpan.Zero, timing.MaxRetryDelay, random);
        _refresh = new DownloadSchedule(timing.ConsensusInitialDelay, timing.MaxRetryDelay, random);
    }

    /// <summary>When the consensus in use will be replaced.</summary>
    public DateTimeOffset RefreshAt => _refreshAt;

    /// <summary>A consensus was accepted, from wherever.</summary>
    public void Accepted(Consensus consensus, bool isCached, IFetchDesk desk)
    {
        _refreshAt = ConsensusSchedule.NextDownload(consensus.Lifetime, desk.Now, _random);
        // A server that gives us an expired one will hardly have a better one the next second.
        if (isCached || consensus.Lifetime.IsLive(desk.Now))
            Reset(desk.Uptime);
        else
            _refresh.Postpone(desk.Uptime);
        _wholeOnly = false;
        _servers.ForgetFailures(DirectoryDocument.Consensus);
        CancelAll(desk);
    }

    /// <summary>Forgets how often it failed: now somebody waits for it.</summary>
    public void Reset(TimeSpan uptime)
    {
        _fromFallbacks.Reset(uptime);
        _fromAuthorities.Reset(uptime);
        _refresh.Reset(uptime);
    }

    /// <summary>Launches what is due.</summary>
    /// <returns>How long until it should be asked again, at most.</returns>
    public TimeSpan Plan(IFetchDesk desk)
    {
        if (_keeper.Candidate is { } candidate)
        {
            // One of the wrong time is not worth waiting for, but its certificates tell whose clock is wrong.
            TimeSpan most = candidate.Consensus.Lifetime.IsReasonablyLive(desk.Now) ? _timing.CertificatePatience : _timing.UntimelyPatience;
            TimeSpan left = candidate.Since + most - desk.Uptime;
            if (left > TimeSpan.Zero)
                return left;
            _keeper.DropCandidate();
        }

        return desk.Network is null ? PlanBootstrap(desk) : PlanRefresh(desk, desk.Network);
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>What the consensus in it is worth; null when there was none.</returns>
    public ConsensusVerdict? Ended(DirectoryFetch fetch, FetchResult result, IFetchDesk desk)
    {
        ConsensusVerdict? verdict = result.Outcome == FetchOutcome.Success ? Take(result.Body, fetch, desk) : null;
        bool isUseful = verdict is ConsensusVerdict.Accepted or ConsensusVerdict.WaitsForCertificates;
        _servers.NoteEnd(fetch, result, isUseful, desk.Uptime);
        if (verdict == ConsensusVerdict.WaitsForCertificates)
            CancelAll(desk);
        else if (!isUseful && desk.Network is not null && result.Outcome != FetchOutcome.Cancelled)
            _refresh.Postpone(desk.Uptime);
        return verdict;
    }

    private ConsensusVerdict? Take(ReadOnlyMemory<byte> body, DirectoryFetch fetch, IFetchDesk desk)
    {
        if (!ConsensusDiff.IsDiff(body.Span))
            return _keeper.Consider(body, fetch.Server, desk.Now, desk.Uptime);
        try
        {
            return _keeper.Consider(_keeper.Apply(body.Span), fetch.Server, desk.Now, desk.Uptime);
        }
        catch (MalformedMessageException e)
        {
            _logger.DiffFailed(e);
            _wholeOnly = true;
            return null;
        }
    }

    private TimeSpan PlanBootstrap(IFetchDesk desk)
    {
        IReadOnlyList<DirectoryFetch> running = desk.Running(DirectoryDocument.Consensus);
        // One that is well under way is given time; another would only double the load.
        TimeSpan? hold = running
            .Where(fetch => fetch.Received > 0)
            .Select(fetch => (TimeSpan?)(fetch.LastProgress + _timing.ProgressPatience - desk.Uptime))
            .Max();
        if (hold > TimeSpan.Zero)
            return hold.Value;
        TimeSpan next = TimeSpan.MaxValue;
        if (_servers.HasFallbacks)
            next = PlanBootstrap(_fromFallbacks, fromAuthority: false, desk);
        TimeSpan nextAuthority = PlanBootstrap(_fromAuthorities, fromAuthority: true, desk);
        return next < nextAuthority ? next : nextAuthority;
    }

    private TimeSpan PlanBootstrap(DownloadSchedule schedule, bool fromAuthority, IFetchDesk desk)
    {
        while (schedule.IsReady(desk.Uptime))
        {
            // The end of one that runs is an event of its own: then it is planned again.
            if (desk.Running(DirectoryDocument.Consensus).Count >= _timing.BootstrapTries || !TryLaunch(desk, null, fromAuthority))
                return TimeSpan.MaxValue;
            schedule.Postpone(desk.Uptime);
        }

        return schedule.NextAttempt - desk.Uptime;
    }

    private TimeSpan PlanRefresh(IFetchDesk desk, NetworkSnapshot network)
    {
        if (desk.Running(DirectoryDocument.Consensus).Count > 0)
            return TimeSpan.MaxValue;
        if (_keeper.Current is { } current && current.Lifetime.IsLive(desk.Now) && _refreshAt > desk.Now)
            return _refreshAt - desk.Now;
        if (!_refresh.IsReady(desk.Uptime))
            return _refresh.NextAttempt - desk.Uptime;
        if (TryLaunch(desk, network, fromAuthority: false))
            return TimeSpan.MaxValue;
        _refresh.Postpone(desk.Uptime);
        return _refresh.NextAttempt - desk.Uptime;
    }

    private bool TryLaunch(IFetchDesk desk, NetworkSnapshot? network, bool fromAuthority)
    {
        if (_servers.Pick(DirectoryDocument.Consensus, network, fromAuthority, desk.BusyServers(DirectoryDocument.Consensus), desk.Uptime) is not { } server)
            return false;
        ConsensusParameters parameters = desk.Network?.Parameters ?? ConsensusParameters.Default;
        desk.Launch(DirectoryDocument.Consensus, server, _requests.Make(_keeper.Base, parameters, _wholeOnly, desk.Now));
        return true;
    }

    private static void CancelAll(IFetchDesk desk)
    {
        foreach (DirectoryFetch fetch in desk.Running(DirectoryDocument.Consensus))
            fetch.Cancel();
    }
}
