using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Documents;

/// <summary>The SHA3-256 names that consensus diffs go by. dir-spec §4.5.</summary>
internal static class ConsensusDigest
{
    /// <summary>Of the part that the authorities sign: what <c>X-Or-Diff-From-Consensus</c> lists, and what a diff is made from.</summary>
    public static byte[] OfSignedPart(ReadOnlySpan<byte> consensus)
    {
        int signature = consensus.IndexOf("\ndirectory-signature "u8);
        return OfWhole(signature < 0 ? consensus : consensus[..(signature + "\ndirectory-signature ".Length)]);
    }

    /// <summary>Of a consensus with its signatures: what a diff results in.</summary>
    public static byte[] OfWhole(ReadOnlySpan<byte> consensus)
    {
        byte[] digest = new byte[Sha3.Digest256Length];
        Sha3.Hash256(consensus, digest);
        return digest;
    }
}
