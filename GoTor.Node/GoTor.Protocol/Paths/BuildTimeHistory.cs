using System.Globalization;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Paths;

/// <summary>
/// The last 1000 build times in milliseconds, and the Pareto distribution that fits them. path-spec §2.4.1. Times that were never known,
/// because the circuit was closed first, count as abandoned. One caller at a time.
/// </summary>
internal sealed class BuildTimeHistory
{
    public const int Capacity = 1000;

    /// <summary>C tor's CBT_BUILD_ABANDONED.</summary>
    public const int Abandoned = int.MaxValue - 1;

    private const int BinWidth = 10;
    private readonly int[] _times = new int[Capacity];
    private int _next;

    public int Count { get; private set; }

    /// <param name="milliseconds">More than 0; <see cref="Abandoned"/> for a circuit that was closed before it was built.</param>
    public void Add(int milliseconds)
    {
        _times[_next] = Math.Max(1, milliseconds);
        _next = (_next + 1) % Capacity;
        Count = Math.Min(Count + 1, Capacity);
    }

    public void Clear() => _next = Count = 0;

    /// <summary>The longest time that is known; 0 when none is.</summary>
    public int Max()
    {
        int max = 0;
        foreach (int time in Times)
        {
            if (time != Abandoned)
                max = Math.Max(max, time);
        }

        return max;
    }

    /// <summary>The part of build times that reach <paramref name="milliseconds"/>, abandoned ones included.</summary>
    public double RateAbove(double milliseconds)
    {
        int above = 0;
        foreach (int time in Times)
            above += time >= milliseconds ? 1 : 0;
        return Count == 0 ? 0 : (double)above / Count;
    }

    /// <summary>The start of the curve: the average of the most frequent bins' middles. Null when every time was abandoned.</summary>
    public int? EstimateXm(int modes)
    {
        List<(int Bin, int Count)> bins = Histogram();
        // The most frequent first; of equals the shorter, as C tor takes them.
        bins.Sort((a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Bin.CompareTo(b.Bin));
        long counts = 0;
        long total = 0;
        for (int i = 0; i < Math.Min(modes, bins.Count); i++)
        {
            counts += bins[i].Count;
            total += (long)MiddleOf(bins[i].Bin) * bins[i].Count;
        }

        return counts == 0 ? null : (int)(total / counts);
    }

    /// <summary>The maximum likelihood fit. Null when every time was abandoned.</summary>
    public ParetoFit? Fit(int modes)
    {
        if (EstimateXm(modes) is not { } xm)
            return null;
        double sum = 0;
        int known = 0;
        foreach (int time in Times)
        {
            if (time == Abandoned)
                continue;
            sum += Math.Log(Math.Max(time, xm));
            known++;
        }

        // As C tor: logarithms are subtracted after summing, so that small quotients lose no precision.
        sum -= known * Math.Log(xm);
        return new ParetoFit(xm, sum > 0 ? known / sum : double.PositiveInfinity);
    }

    /// <summary>C tor's lines of the state file: TotalBuildTimes, CircuitBuildAbandonedCount, CircuitBuildTimeBin.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Format()
    {
        List<KeyValuePair<string, string>> lines = [new("TotalBuildTimes", Text(Count))];
        int abandoned = Times.Count(Abandoned);
        if (abandoned > 0)
            lines.Add(new("CircuitBuildAbandonedCount", Text(abandoned)));
        foreach ((int bin, int count) in Histogram())
            lines.Add(new("CircuitBuildTimeBin", $"{Text(MiddleOf(bin))} {Text(count)}"));
        return lines;
    }

    /// <summary>
    /// Takes times back in random order. A line that means nothing costs only itself; a total that does not match costs nothing, for the
    /// bins say it too.
    /// </summary>
    public void Restore(IEnumerable<KeyValuePair<string, string>> lines, TorRandom random)
    {
        List<int> times = [];
        foreach ((string key, string value) in lines)
        {
            string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            (int time, string count) = (key, words) switch
            {
                ("CircuitBuildTimeBin", [string bin, string inBin, ..]) when IsNumber(bin, out int middle) && middle is > 0 and < Abandoned => (middle, inBin),
                ("CircuitBuildAbandonedCount", [string abandoned]) => (Abandoned, abandoned),
                _ => (0, ""),
            };
            if (IsNumber(count, out int howMany))
                times.AddRange(Enumerable.Repeat(time, Math.Min(howMany, Capacity)));
        }

        Clear();
        // Fisher and Yates, as far as there is room: which times are kept, and which of them are replaced first, is chance.
        for (int i = 0; i < Math.Min(times.Count, Capacity); i++)
        {
            int other = random.Next(i, times.Count);
            (times[i], times[other]) = (times[other], times[i]);
            Add(times[i]);
        }
    }

    private ReadOnlySpan<int> Times => _times.AsSpan(0, Count);

    // Bins that are not empty, the shortest first.
    private List<(int Bin, int Count)> Histogram()
    {
        int[] sorted = Times.ToArray();
        Array.Sort(sorted);
        List<(int Bin, int Count)> bins = [];
        foreach (int time in sorted)
        {
            if (time == Abandoned)
                break; // Nothing is longer.
            int bin = time / BinWidth;
            if (bins.Count > 0 && bins[^1].Bin == bin)
                bins[^1] = (bin, bins[^1].Count + 1);
            else
                bins.Add((bin, 1));
        }

        return bins;
    }

    private static int MiddleOf(int bin) => (bin * BinWidth) + (BinWidth / 2);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static bool IsNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
