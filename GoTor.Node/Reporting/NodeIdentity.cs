using System.Security.Cryptography;

namespace GoTor.Node.Reporting;

/// <summary>Who reports: the same in every report of a process.</summary>
/// <param name="NodeId">1 to 64 characters of <c>A-Z a-z 0-9 . _ -</c>.</param>
/// <param name="BootId">Random, new with each process.</param>
/// <param name="Network">"public", "sandbox" or "custom".</param>
/// <param name="Labels">What the operator says about the node.</param>
/// <param name="OffersProfiles">The gateway may ask for profiles.</param>
internal sealed record NodeIdentity(
    string NodeId,
    string BootId,
    DateTimeOffset StartTime,
    string Version,
    string Network,
    IReadOnlyDictionary<string, string> Labels,
    bool OffersProfiles)
{
    /// <summary>16 random bytes in hex.</summary>
    public static string NewBootId() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
