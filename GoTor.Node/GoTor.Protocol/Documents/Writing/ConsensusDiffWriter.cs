using System.Globalization;
using System.Text;

namespace GoTor.Protocol.Documents.Writing;

/// <summary>
/// Writes the diff between two consensuses, for <see cref="ConsensusDiff"/> to apply. dir-spec §4.5 and appendix E. Not the shortest one:
/// where the two differ it looks ahead a little for the place where they agree again.
/// </summary>
internal static class ConsensusDiffWriter
{
    private const int LookAhead = 200;

    // A single line, such as flags, may be equal by chance.
    private const int Agreement = 3;

    /// <summary>Both are consensuses of one flavour, and end with a newline.</summary>
    public static byte[] Write(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        string[] before = Lines(from);
        string[] after = Lines(to);
        List<string> commands = [];
        (int i, int j) = (0, 0);
        while (i < before.Length || j < after.Length)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
            {
                (i, j) = (i + 1, j + 1);
                continue;
            }

            (int nextI, int nextJ) = FindAgreement(before, after, i, j);
            commands.Add(Command(i, nextI, after.AsSpan(j..nextJ)));
            (i, j) = (nextI, nextJ);
        }

        // From the end of the file to its start, so that line numbers stay what they were.
        commands.Reverse();
        var text = new StringBuilder("network-status-diff-version 1\nhash ");
        text.Append(Convert.ToHexString(ConsensusDigest.OfSignedPart(from))).Append(' ');
        text.Append(Convert.ToHexString(ConsensusDigest.OfWhole(to))).Append('\n');
        return Encoding.ASCII.GetBytes(text.AppendJoin("", commands).ToString());
    }

    private static string[] Lines(ReadOnlySpan<byte> text) => Encoding.ASCII.GetString(text).TrimEnd('\n').Split('\n');

    private static (int I, int J) FindAgreement(string[] before, string[] after, int i, int j)
    {
        for (int distance = 1; distance <= LookAhead; distance++)
        {
            for (int di = 0; di <= distance; di++)
            {
                if (Agree(before, after, i + di, j + distance - di))
                    return (i + di, j + distance - di);
            }
        }

        return (before.Length, after.Length);
    }

    private static bool Agree(string[] before, string[] after, int i, int j) =>
        i + Agreement <= before.Length && j + Agreement <= after.Length
        && before.AsSpan(i, Agreement).SequenceEqual(after.AsSpan(j, Agreement));

    /// <summary>Replaces lines <paramref name="first"/> up to but without <paramref name="end"/>, counted from zero.</summary>
    private static string Command(int first, int end, ReadOnlySpan<string> lines)
    {
        var text = new StringBuilder();
        if (first == end)
            text.Append(CultureInfo.InvariantCulture, $"{first}a\n");
        else
            text.Append(CultureInfo.InvariantCulture, $"{first + 1}{(end > first + 1 ? $",{end}" : "")}{(lines.IsEmpty ? 'd' : 'c')}\n");
        foreach (string line in lines)
            text.Append(line).Append('\n');
        return lines.IsEmpty ? text.ToString() : text.Append(".\n").ToString();
    }
}
