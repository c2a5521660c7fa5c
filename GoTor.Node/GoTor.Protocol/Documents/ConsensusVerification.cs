namespace GoTor.Protocol.Documents;

/// <summary>What the signatures under a consensus are worth. Counts are of authorities, never of lines.</summary>
/// <param name="Good">Authorities that we trust and whose signature is right.</param>
/// <param name="Needed">More than half of the authorities that we trust.</param>
/// <param name="Bad">Trusted authorities with a wrong signature and no right one.</param>
/// <param name="Missing">Certificates of trusted authorities without which we cannot tell; ask a directory for them.</param>
internal sealed record ConsensusVerification(int Good, int Needed, int Bad, IReadOnlyList<AuthorityCertificateId> Missing)
{
    /// <summary>The consensus may be used.</summary>
    public bool IsAccepted => Good >= Needed;

    /// <summary>Not yet, but with the missing certificates it might.</summary>
    public bool MightBeAccepted => !IsAccepted && Good + Missing.Select(m => m.Identity).Distinct().Count() >= Needed;
}
