namespace GoTor.Node.Configuration;

/// <summary>Finds what someone probably meant.</summary>
internal static class NearestName
{
    /// <summary>The candidate with the smallest edit distance, or null when none is close.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        (string? best, int distance) = (null, Math.Max(3, word.Length / 3) + 1);
        foreach (string candidate in candidates)
        {
            int d = Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (d < distance)
                (best, distance) = (candidate, d);
        }

        return best;
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int previous = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = previous;
            }
        }

        return row[^1];
    }
}
