using GoTor.Client.Directory.Fetching;
using GoTor.Client.Directory.Http;
using GoTor.Client.Directory.Schedules;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Microdescriptors;

/// <summary>
/// Asks for the microdescriptors that the consensus names and we lack, in batches spread over our guards, so that no single one can
/// choose which relays we get to know. dir-spec §5.2; C tor's launch_descriptor_downloads. Owned by the directory loop.
/// </summary>
internal sealed class MicrodescriptorDownloads(MicrodescriptorStore store, ServerPicker servers, DirectoryTiming timing, TorRandom random)
{
    private const int MaxPerRequest = 500;
    private const int MinPerRequest = 32;
    private const int MinRequests = 3;

    /// <summary>C tor launches them all; this many keep three guards busy without a queue at each.</summary>
    private const int MaxRunning = 9;
    private const int MaxLength = 16 << 20;

    private readonly Dictionary<MicrodescriptorDigest, DownloadSchedule> _schedules = [];
    private readonly HashSet<MicrodescriptorDigest> _unusable = [];
    private IReadOnlyList<RouterStatus> _listed = [];
    private TimeSpan? _lastLaunch;

    /// <summary>A new consensus: other relays, and nobody is behind any more.</summary>
    public void Accepted(Consensus consensus)
    {
        _listed = consensus.Relays;
        servers.ForgetFailures(DirectoryDocument.Microdescriptors);
        HashSet<MicrodescriptorDigest> listed = [.. _listed.Select(relay => relay.MicrodescriptorDigest)];
        _unusable.IntersectWith(listed);
        foreach (MicrodescriptorDigest digest in _schedules.Keys.Where(digest => !listed.Contains(digest)).ToArray())
            _schedules.Remove(digest);
    }

    /// <summary>Launches what is due.</summary>
    /// <returns>How long until it should be asked again, at most.</returns>
    public TimeSpan Plan(IFetchDesk desk)
    {
        if (desk.Network is null)
            return TimeSpan.MaxValue;
        IReadOnlyList<DirectoryFetch> running = desk.Running(DirectoryDocument.Microdescriptors);
        (List<MicrodescriptorDigest> missing, TimeSpan next) = FindMissing(running, desk.Uptime);
        if (missing.Count == 0)
            return next;
        if (missing.Count < timing.FewDescriptors && desk.HasEnoughDirectoryInfo
            && _lastLaunch + timing.MaxDelayForFewDescriptors - desk.Uptime is { Ticks: > 0 } delay)
            return delay;

        int perRequest = Math.Min(MaxPerRequest, Math.Max(MinPerRequest, (missing.Count + MinRequests - 1) / MinRequests));
        // In the order of the digests neighbours are strangers: a batch is a random part of the network.
        missing.Sort((a, b) => a.AsSpan().SequenceCompareTo(b.AsSpan()));
        HashSet<RsaIdentity> busy = desk.BusyServers(DirectoryDocument.Microdescriptors);
        int slots = MaxRunning - running.Count;
        for (int start = 0; start < missing.Count && slots > 0; start += perRequest, slots--)
        {
            MicrodescriptorDigest[] batch = [.. missing.Skip(start).Take(perRequest)];
            // Whoever has a batch already is asked for another only when everyone has one.
            PickedServer? server = servers.Pick(DirectoryDocument.Microdescriptors, desk.Network, false, busy, desk.Uptime)
                ?? servers.Pick(DirectoryDocument.Microdescriptors, desk.Network, false, [], desk.Uptime);
            if (server is not { } picked)
            {
                Postpone(missing.Skip(start), desk.Uptime);
                break;
            }

            if (!busy.Add(picked.Server.Identity))
                busy.Clear();
            _lastLaunch = desk.Uptime;
            desk.Launch(DirectoryDocument.Microdescriptors, picked, RequestFor(batch), batch);
        }

        return FindMissing(desk.Running(DirectoryDocument.Microdescriptors), desk.Uptime).Next;
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>How many microdescriptors are new.</returns>
    public int Ended(DirectoryFetch fetch, FetchResult result, IFetchDesk desk)
    {
        HashSet<MicrodescriptorDigest> wanted = [.. (MicrodescriptorDigest[])fetch.Subject!];
        int added = result.Outcome == FetchOutcome.Success ? store.Add(result.Body.Span, wanted, desk.Now, _unusable) : 0;
        servers.NoteEnd(fetch, result, wanted.Count == 0, desk.Uptime);
        if (result.Outcome != FetchOutcome.Cancelled)
            Postpone(wanted, desk.Uptime);
        foreach (MicrodescriptorDigest digest in (MicrodescriptorDigest[])fetch.Subject)
        {
            if (!wanted.Contains(digest))
                _schedules.Remove(digest);
        }

        return added;
    }

    /// <summary>Forgets how often it failed: now somebody waits for it.</summary>
    public void Reset() => _schedules.Clear();

    private (List<MicrodescriptorDigest> Missing, TimeSpan Next) FindMissing(IReadOnlyList<DirectoryFetch> running, TimeSpan uptime)
    {
        HashSet<MicrodescriptorDigest> pending = [.. running.SelectMany(fetch => (MicrodescriptorDigest[])fetch.Subject!)];
        List<MicrodescriptorDigest> missing = [];
        TimeSpan next = TimeSpan.MaxValue;
        foreach (RouterStatus relay in _listed)
        {
            MicrodescriptorDigest digest = relay.MicrodescriptorDigest;
            if (store.Contains(digest) || _unusable.Contains(digest) || pending.Contains(digest))
                continue;
            if (!_schedules.TryGetValue(digest, out DownloadSchedule? schedule) || schedule.IsReady(uptime))
                missing.Add(digest);
            else if (schedule.NextAttempt - uptime < next)
                next = schedule.NextAttempt - uptime;
        }

        return (missing, next);
    }

    private static DirectoryRequest RequestFor(MicrodescriptorDigest[] batch) => new()
    {
        Path = "/tor/micro/d/" + string.Join('-', batch.Select(digest => digest.ToString())) + ".z",
        MaxLength = MaxLength,
        AllowPartial = true,
    };

    private void Postpone(IEnumerable<MicrodescriptorDigest> digests, TimeSpan uptime)
    {
        foreach (MicrodescriptorDigest digest in digests)
        {
            if (!_schedules.TryGetValue(digest, out DownloadSchedule? schedule))
                _schedules[digest] = schedule = new DownloadSchedule(timing.DescriptorInitialDelay, timing.MaxRetryDelay, random);
            schedule.Postpone(uptime);
        }
    }
}
