using GoTor.Protocol.Crypto.Handshakes;

namespace GoTor.Protocol.Tests.Crypto.Handshakes;

internal static class KeyMaterials
{
    /// <summary>The keys as the spec lays them out in the key stream: Df, Db, Kf, Kb.</summary>
    public static string Tor1Hex(this RelayKeyMaterial keys) => Convert.ToHexStringLower(
        [.. keys.ForwardDigestSeed, .. keys.BackwardDigestSeed, .. keys.ForwardKey, .. keys.BackwardKey]);

    public static string AllHex(this RelayKeyMaterial keys) => keys.Tor1Hex() + Convert.ToHexStringLower(keys.CircuitBindingKey);
}
