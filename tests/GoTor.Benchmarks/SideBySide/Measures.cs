namespace GoTor.Benchmarks.SideBySide;

/// <summary>What is measured, and the bars.</summary>
internal static class Measures
{
    public static IReadOnlyList<int> Streams { get; } = [1, 4, 16];

    public static Measure ColdStart { get; } = new("start without caches to 100 %", "s", Bar: "≤ C tor + 1 s");

    public static Measure WarmStart { get; } = new("start with caches to 100 %", "s");

    public static Measure IdleMemory { get; } = new("resident memory after the start, idle", "MB", Bar: "≤ 120 MB");

    public static Measure FirstByte { get; } = new("time to first byte of small fetches, one after the other", "ms", Bar: "≤ 1.2 × C tor");

    public static Measure FirstByteTail { get; } = new("the same, 95th percentile", "ms");

    public static Measure IsolatedFetch { get; } = new("fetch on a fresh isolated circuit", "ms", Bar: "≤ 1.2 × C tor");

    public static Measure AtOnce(int count) => new($"{count} fetches at once: succeeded", "", MoreIsBetter: true, Bar: "all");

    public static Measure Throughput(int streams, bool wide) =>
        new($"download, {Describe(streams, wide)}", "MB/s", MoreIsBetter: true, Bar: wide ? "" : "≥ 0.9 × C tor");

    public static Measure Cpu(int streams, bool wide) =>
        new($"processor time, {Describe(streams, wide)}", "s/GiB", Bar: wide ? "" : "≤ 1.2 × C tor");

    public static Measure LoadedMemory(bool wide) => new($"resident memory after the downloads{Windows(wide)}", "MB");

    private static string Describe(int streams, bool wide) => $"{streams} {(streams == 1 ? "stream" : "streams")}{Windows(wide)}";

    private static string Windows(bool wide) => wide ? ", wide windows" : "";
}
