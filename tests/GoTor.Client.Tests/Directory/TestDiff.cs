using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GoTor.Client.Tests.Directory;

/// <summary>Writes consensus diffs: whatever differs between the common beginning and the common end is one "c" command. dir-spec App. E.</summary>
internal static class TestDiff
{
    public static string Between(string from, string to)
    {
        string[] old = from.Split('\n'), now = to.Split('\n');
        int head = 0, tail = 0;
        while (old[head] == now[head])
            head++;
        while (old[^(tail + 1)] == now[^(tail + 1)])
            tail++;
        return string.Create(CultureInfo.InvariantCulture, $"network-status-diff-version 1\nhash {SignedDigest(from)} {Digest(to)}\n{head + 1},{old.Length - tail}c\n")
            + string.Concat(now[head..^tail].Select(line => line + "\n")) + ".\n";
    }

    public static string SignedDigest(string consensus) =>
        Digest(consensus[..(consensus.IndexOf("\ndirectory-signature ", StringComparison.Ordinal) + "\ndirectory-signature ".Length)]);

    private static string Digest(string text) => Convert.ToHexString(SHA3_256.HashData(Encoding.ASCII.GetBytes(text)));
}
