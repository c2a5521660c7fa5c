namespace GoTor.Protocol.Documents;

/// <summary>
/// What the authorities ask of clients and this one lacks. Texts are lists like <c>Relay=7</c>, empty when nothing is missing.
/// </summary>
/// <param name="MissingRequired">Without these the network will not work with us, or not safely.</param>
/// <param name="MissingRecommended">Worth a warning, since another release would have them and soon they may be required.</param>
/// <param name="MustStop">A required one is missing, and the consensus is newer than this release: stop using the network.</param>
internal sealed record ProtocolCheck(string MissingRequired, string MissingRecommended, bool MustStop);

/// <summary>The "safe forward shutdown" of tor-spec §9: old clients stop by themselves when the network has moved on.</summary>
internal static class RequiredProtocols
{
    /// <summary>
    /// Consensuses from before this day cannot have meant this release when they required something, so they do not stop it: a
    /// stale or replayed consensus must not be able to switch us off.
    /// </summary>
    public static readonly DateTimeOffset ReleaseDate = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The subprotocols that this client really speaks. Grows with the code, never ahead of it.</summary>
    public static ProtocolVersions Supported { get; } = Parse("Cons=2 Desc=2-4 DirCache=2 FlowCtrl=1 Link=4-5 Microdesc=2-3 Relay=2-4");

    /// <summary>
    /// Recommended when this release was made, and left out of it: congestion control and onion services. Nobody could do anything about
    /// a warning, so there is none. They count as missing where they are required.
    /// </summary>
    public static ProtocolVersions LeftOut { get; } = Parse("FlowCtrl=2 HSDir=2 HSIntro=4 HSRend=2");

    public static ProtocolCheck Check(Consensus consensus)
    {
        string required = Supported.Missing(consensus.RequiredClientProtocols);
        return new ProtocolCheck(
            required,
            MissingRecommended(consensus.RecommendedClientProtocols),
            required.Length > 0 && consensus.Lifetime.ValidAfter >= ReleaseDate);
    }

    private static string MissingRecommended(ProtocolVersions recommended) => LeftOut.Missing(Parse(Supported.Missing(recommended)));

    private static ProtocolVersions Parse(string text) => ProtocolVersions.TryParse(text, out ProtocolVersions versions)
        ? versions
        : throw new InvalidOperationException("A protocol list of ours does not parse.");
}
