namespace GoTor.Testing.PrivateNetwork;

/// <summary>The file of a bandwidth scanner, from which authorities take the relays' weights. bandwidth-file-spec §2.</summary>
internal static class BandwidthFile
{
    public const string Name = "bandwidths";

    public static Task WriteAsync(
        string folder, IEnumerable<TestRelay> relays, PrivateTorNetworkOptions options, DateTimeOffset now, CancellationToken cancel) =>
        File.WriteAllLinesAsync(
            Path.Combine(folder, Name),
            [
                $"{now.ToUnixTimeSeconds()}",
                .. relays.Select(relay => $"node_id=${relay.Fingerprint} bw={options.Bandwidths.GetValueOrDefault(relay.Name, 1000)}"),
            ],
            cancel);
}
