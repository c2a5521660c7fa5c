using GoTor.Client.Directory.AuthorityCertificates;
using GoTor.Client.Directory.Cache;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Directory.Consensuses;

/// <summary>
/// Decides which consensus we believe in: the newest that more than half of the configured authorities signed and whose time is
/// now, give or take a day. A refused one never takes the place of a good one. Owned by the directory loop.
/// </summary>
internal sealed class ConsensusKeeper(
    IReadOnlyCollection<RsaIdentity> authorities, CertificateKeeper certificates, DirectoryCache cache, ClockWarnings clock, DirectoryMetrics metrics, ILogger logger)
{
    private string _warnedOfRecommended = "";

    public Consensus? Current { get; private set; }

    /// <summary>The signed consensus that stands in the cache, whether or not it may still be used: what diffs are made from.</summary>
    public ConsensusBase? Base { get; private set; }

    public CandidateConsensus? Candidate { get; private set; }

    /// <summary>Why the last refused consensus was refused. For the operator.</summary>
    public string LastRefusal { get; private set; } = "";

    /// <summary>Takes what the last run left.</summary>
    public void Load(DateTimeOffset now, TimeSpan uptime)
    {
        if (cache.Read(DirectoryCache.Consensus) is { } text
            && Consider(text, null, now, uptime, isCached: true) is ConsensusVerdict.Malformed or ConsensusVerdict.NotSigned or ConsensusVerdict.WrongNetwork)
            cache.SetAside(DirectoryCache.Consensus);
        if (Candidate is null && cache.Read(DirectoryCache.UnverifiedConsensus) is { } unverified
            && (Consider(unverified, null, now, uptime) is not ConsensusVerdict.WaitsForCertificates || !Candidate!.Consensus.Lifetime.IsReasonablyLive(now)))
            DropCandidate();
    }

    /// <param name="source">Who gave it; null when it comes from the cache.</param>
    /// <param name="isCached">It stands in the cache under its final name already.</param>
    public ConsensusVerdict Consider(ReadOnlyMemory<byte> text, DirectoryServer? source, DateTimeOffset now, TimeSpan uptime, bool isCached = false)
    {
        ConsensusVerdict verdict;
        try
        {
            verdict = Judge(Consensus.Parse(text.Span), text, source, now, uptime, isCached);
        }
        catch (MalformedMessageException e)
        {
            verdict = ConsensusVerdict.Malformed;
            LastRefusal = e.Message;
            // Strangers must not fill our logs; damage of our own files is reported where they are set aside.
            logger.ServerMisbehaved(e);
        }

        metrics.ConsensusJudged(verdict);
        return verdict;
    }

    /// <summary>New certificates have come.</summary>
    /// <returns>Null when no consensus waits.</returns>
    public ConsensusVerdict? Reconsider(DateTimeOffset now)
    {
        if (Candidate is not { } candidate)
            return null;
        ConsensusVerdict verdict = Judge(candidate.Consensus, candidate.Text, candidate.Source, now, candidate.Since, isCached: false);
        if (verdict != ConsensusVerdict.WaitsForCertificates)
            DropCandidate();
        metrics.ConsensusJudged(verdict);
        return verdict;
    }

    public void DropCandidate()
    {
        Candidate = null;
        cache.Delete(DirectoryCache.UnverifiedConsensus);
    }

    /// <exception cref="MalformedMessageException">It is not a diff of our consensus, or we have none on disk any more.</exception>
    public byte[] Apply(ReadOnlySpan<byte> diff) =>
        cache.Read(DirectoryCache.Consensus) is { } text
            ? ConsensusDiff.Apply(text.Span, diff)
            : throw new MalformedMessageException("A consensus diff, and no consensus to apply it to.");

    private ConsensusVerdict Judge(Consensus consensus, ReadOnlyMemory<byte> text, DirectoryServer? source, DateTimeOffset now, TimeSpan uptime, bool isCached)
    {
        if (Current is { } current && consensus.Lifetime.ValidAfter <= current.Lifetime.ValidAfter)
            return ConsensusVerdict.OldNews;
        ConsensusVerification verification = ConsensusVerifier.Verify(consensus, authorities, certificates.All, now);
        if (verification.MightBeAccepted)
        {
            Candidate = new CandidateConsensus(consensus, text, source, verification.Missing, uptime);
            if (source is not null)
                cache.Write(DirectoryCache.UnverifiedConsensus, text);
            logger.ConsensusWaits(verification.Missing.Count);
            return ConsensusVerdict.WaitsForCertificates;
        }

        if (!verification.IsAccepted)
            return RefuseUnsigned(consensus, verification, isCached);

        // Signed, so what it says of the time is what the authorities said, and worth telling.
        string? problem = clock.Check(consensus.Lifetime, consensus.VotingDelay.Distribution, now);
        if (isCached)
            Base = ConsensusBase.Of(consensus, text.Span);
        if (!consensus.Lifetime.IsReasonablyLive(now))
        {
            LastRefusal = problem ?? "";
            return now < consensus.Lifetime.ValidAfter ? ConsensusVerdict.NotYetValid : ConsensusVerdict.Expired;
        }

        // Only now: a consensus of another time must not be able to switch us off.
        ProtocolCheck protocols = RequiredProtocols.Check(consensus);
        if (protocols.MustStop)
        {
            LastRefusal = protocols.MissingRequired;
            return ConsensusVerdict.TooNewForUs;
        }

        Accept(consensus, text, isCached);
        WarnOfRecommended(consensus, protocols);
        return ConsensusVerdict.Accepted;
    }

    private void Accept(Consensus consensus, ReadOnlyMemory<byte> text, bool isCached)
    {
        Current = consensus;
        Base = ConsensusBase.Of(consensus, text.Span);
        if (!isCached)
            cache.Write(DirectoryCache.Consensus, text);
        if (Candidate is { } candidate && candidate.Consensus.Lifetime.ValidAfter <= consensus.Lifetime.ValidAfter)
            DropCandidate();
        logger.ConsensusAccepted(consensus.Lifetime.ValidAfter, consensus.Relays.Count, consensus.Lifetime.ValidUntil);
    }

    private ConsensusVerdict RefuseUnsigned(Consensus consensus, ConsensusVerification verification, bool isCached)
    {
        bool isForeign = !consensus.Signatures.Any(signature => authorities.Contains(signature.Certificate.Identity));
        LastRefusal = isForeign
            ? "none of our authorities signed it; it belongs to another network."
            : $"{verification.Good} of our authorities signed it rightly, {verification.Needed} are needed.";
        if (!isCached)
            logger.ConsensusRefused(LastRefusal);
        return isForeign ? ConsensusVerdict.WrongNetwork : ConsensusVerdict.NotSigned;
    }

    private void WarnOfRecommended(Consensus consensus, ProtocolCheck protocols)
    {
        string missing = protocols.MissingRecommended;
        if (missing.Length == 0 || missing == _warnedOfRecommended || consensus.Lifetime.ValidAfter < RequiredProtocols.ReleaseDate)
            return;
        _warnedOfRecommended = missing;
        logger.RecommendedProtocolsMissing(missing);
    }
}
