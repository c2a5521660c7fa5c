namespace GoTor.Client.Directory.Consensuses;

/// <summary>What became of a consensus that somebody gave us. A closed set: it is a metric's tag.</summary>
internal enum ConsensusVerdict
{
    Accepted,

    /// <summary>It may be good, but we lack certificates of its authorities.</summary>
    WaitsForCertificates,

    /// <summary>Not newer than the one we have.</summary>
    OldNews,

    Malformed,

    /// <summary>Fewer than more than half of the configured authorities signed it.</summary>
    NotSigned,

    /// <summary>None of the configured authorities claims to have signed it.</summary>
    WrongNetwork,

    /// <summary>Signed, but from more than a day in the future: our clock is wrong, most likely.</summary>
    NotYetValid,

    /// <summary>Signed, but expired more than a day ago.</summary>
    Expired,

    /// <summary>Signed, and it demands protocols that this release does not speak: we must stop.</summary>
    TooNewForUs,
}
