namespace GoTor.Client.Proxies;

/// <summary>Finds what somebody may have meant.</summary>
internal static class NearestWord
{
    /// <summary>The word with the fewest letters to change, add or drop. Case does not count.</summary>
    public static string To(string typed, IEnumerable<string> words) => words.MinBy(w => Distance(typed, w))!;

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                int best = Math.Min(diagonal + change, Math.Min(row[j], row[j - 1]) + 1);
                diagonal = row[j];
                row[j] = best;
            }
        }

        return row[b.Length];
    }
}
