using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Documents;

public sealed class ConsensusDiffTests
{
    [Fact]
    public void Diff_FromArti_GivesTheSecondConsensus() =>
        Assert.Equal(Vector.Read("consdiff.consensus2.txt"), ConsensusDiff.Apply(Vector.Read("consdiff.consensus1.txt"), Vector.Read("consdiff.diff1.txt")));

    [Trait("Case", "B53")]
    [Fact]
    public void Diff_ForAnotherConsensus_IsRefused() =>
        Assert.Throws<MalformedMessageException>(() => ConsensusDiff.Apply(Vector.Read("consdiff.consensus2.txt"), Vector.Read("consdiff.diff1.txt")));

    [Fact]
    public void Diff_CutAtEveryByte_IsRefused()
    {
        byte[] consensus = Vector.Read("consdiff.consensus1.txt");
        byte[] diff = Vector.Read("consdiff.diff1.txt");
        for (int length = 0; length < diff.Length; length++)
            Assert.Throws<MalformedMessageException>(() => ConsensusDiff.Apply(consensus, diff.AsSpan(0, length)));
    }

    // C tor, src/test/test_consdiff.c, test_consdiff_apply_diff.
    private const string TorBase =
        "network-status-version foo\nr name ccccccccccccccccc etc\nfoo\nr name eeeeeeeeeeeeeeeee etc\nbar\ndirectory-signature foo bar\nbar\n";

    private const string TorFrom = "06646D6CF563A41869D3B02E73254372AE3140046C5E7D83C9F71E54976AF9B4";
    private const string TorTo = "90A418881B2FCAB3D9E60EE02E4D666D56CFA38F8A3B7AA3E0ADBA530DDA9353";

    // SHA3-256 of all of TorBase but what follows "directory-signature ": Python's hashlib.
    private const string TorSigned = "95D70F5A3CC65F920AA8B44C4563D7781A082674329661884E19E94B79D539C2";

    [Theory]
    [InlineData(TorSigned, TorTo)]
    [InlineData(TorSigned, "90a418881b2fcab3d9e60ee02e4d666d56cfa38f8a3b7aa3e0adba530dda9353")]
    public void Diff_FromCTor_IsApplied(string from, string to)
    {
        Assert.Equal(TorFrom, Convert.ToHexString(ConsensusDigest.OfWhole(Bytes(TorBase))));
        string diff = $"network-status-diff-version 1\nhash {from} {to}\n3c\nsample\n.\n";
        Assert.Equal(TorBase.Replace("etc\nfoo", "etc\nsample", StringComparison.Ordinal), Encoding.UTF8.GetString(ConsensusDiff.Apply(Bytes(TorBase), Bytes(diff))));
    }

    [Trait("Case", "B53")]
    [Theory]
    [InlineData("foo-bar\nheader-line\n")]
    [InlineData("network-status-diff-version 1\n")]
    [InlineData("network-status-diff-version 1\nword a b\nx\n")]
    [InlineData("network-status-diff-version 1\nhash a b c\n")]
    [InlineData("network-status-diff-version 1\nhash aaa bbb\n")]
    [InlineData("network-status-diff-version 1\nhash ???????????????????????????????????????????????????????????????? ----------------------------------------------------------------\n")]
    [InlineData($"network-status-diff-version 1\nhash {TorSigned} {TorTo}\nfoobar\n")]
    [InlineData($"network-status-diff-version 1\nhash {TorSigned} {TorTo} {TorTo}\n3c\nsample\n.\n")]
    [InlineData($"network-status-diff-version 1\nhash {TorTo} {TorTo}\n3c\nsample\n.\n")]
    [InlineData($"network-status-diff-version 1\nhash {TorFrom} {TorTo}\n3c\nsample\n.\n")]
    [InlineData($"network-status-diff-version 1\nhash {TorSigned} {TorFrom}\n3c\nsample\n.\n")]
    [InlineData($"network-status-diff-version 2\nhash {TorSigned} {TorTo}\n3c\nsample\n.\n")]
    public void Diff_WithABadHeader_IsRefused(string diff) =>
        Assert.Throws<MalformedMessageException>(() => ConsensusDiff.Apply(Bytes(TorBase), Bytes(diff)));

    // C tor, src/test/test_consdiff.c, test_consdiff_apply_ed_diff; the last rows are our own limits (line numbers beyond any file).
    [Trait("Case", "B53")]
    [Theory]
    [InlineData("a\n")]
    [InlineData("1\n")]
    [InlineData("1,\n")]
    [InlineData("1,1d\n")]
    [InlineData("3,2d\n")]
    [InlineData("1,2a\nx\n.\n")]
    [InlineData("1,$c\nx\n.\n")]
    [InlineData("1d\n3d\n")]
    [InlineData("1foo\n")]
    [InlineData("1e\n")]
    [InlineData("0a\n")]
    [InlineData("0a\n.\n")]
    [InlineData("0a\nhello\n")]
    [InlineData("0, 4d\n")]
    [InlineData("+0,4d\n")]
    [InlineData("0,4d,5d\n")]
    [InlineData("0,4 d\n")]
    [InlineData("0,4 5d\n")]
    [InlineData("0d\n")]
    [InlineData("0c\nx\n.\n")]
    [InlineData("6d\n")]
    [InlineData("2147483648a\nx\n.\n")]
    [InlineData("99999999999999999999a\nx\n.\n")]
    [InlineData("-1a\nx\n.\n")]
    [InlineData("\n")]
    public void Commands_ThatMakeNoSense_AreRefused(string commands) =>
        Assert.Throws<MalformedMessageException>(() => ConsensusDiff.ApplyCommands("A\nB\nC\nD\nE\n"u8, Bytes(commands)));

    [Theory]
    [InlineData("3a\nU\nO\n.\n0a\nV\n.\n", "V A B C U O D E")]
    [InlineData("4d\n1,2d\n", "C E")]
    [InlineData("4c\nT\nX\n.\n1,2c\nM\n.\n", "M C T X E")]
    [InlineData("4c\nT\nX\n.\n2d\n0a\nM\n.\n", "M A C T X E")]
    [InlineData("2,$d\n", "A")]
    [InlineData("5,$d\n", "A B C D")]
    [InlineData("3a\nlast\n.\n3a\nfirst\n.\n", "A B C first last D E")]
    [InlineData("", "A B C D E")]
    public void Commands_FromCTor_AreApplied(string commands, string lines) =>
        Assert.Equal(
            string.Concat(lines.Split(' ').Select(l => l + "\n")),
            Encoding.UTF8.GetString(ConsensusDiff.ApplyCommands("A\nB\nC\nD\nE\n"u8, Bytes(commands))));

    /// <summary>Any script against a plain ed that edits a list of lines: the same result, or both refuse.</summary>
    [Property(MaxTest = 500)]
    public Property Commands_OfAnyKind_DoWhatAPlainEditorDoes()
    {
        Gen<string> number = Gen.Elements("0", "1", "2", "3", "4", "5", "6", "7", "8", "$", "");
        Gen<string> command =
            from first in number
            from range in Gen.Elements("", "", ",")
            from last in number
            from action in Gen.Elements("a", "c", "d", "d", "x")
            from text in Gen.Elements("x\n.\n", "x\ny\n.\n", ".\n", "x\n", "..\n.\n")
            select first + range + (range.Length > 0 ? last : "") + action + "\n" + (action is "a" or "c" ? text : "");
        Gen<string> sorted = Gen.ListOf(command, 3).Select(c => string.Concat(c.OrderByDescending(x => x, StringComparer.Ordinal)));
        return Prop.ForAll(sorted.ToArbitrary(), script =>
        {
            string? expected = PlainEditor.Apply(["A", "B", "C", "D", "E", "F", "G"], script);
            string? actual;
            try
            {
                actual = Encoding.UTF8.GetString(ConsensusDiff.ApplyCommands("A\nB\nC\nD\nE\nF\nG\n"u8, Bytes(script)));
            }
            catch (MalformedMessageException)
            {
                actual = null;
            }

            return actual == expected;
        });
    }

    [Trait("Case", "B53")]
    [Theory]
    [InlineData(10_000)]
    [InlineData(100_000)]
    public void Diff_OfManySmallCommands_AllocatesInProportion(int lines)
    {
        byte[] text = Bytes(string.Concat(Enumerable.Repeat("line\n", lines)));
        byte[] commands = Bytes(string.Concat(Enumerable.Range(0, lines).Select(i => $"{lines - i}d\n")));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Empty(ConsensusDiff.ApplyCommands(text, commands));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, text.Length * 2 + commands.Length + 1000);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The obvious, slow way.</summary>
    private static class PlainEditor
    {
        public static string? Apply(List<string> lines, string script)
        {
            Queue<string> input = new(script.Split('\n')[..^1]);
            int bound = lines.Count;
            int original = lines.Count;
            while (input.TryDequeue(out string? line))
            {
                char action = line[^1];
                string[] numbers = line[..^1].Split(',');
                if (!int.TryParse(numbers[0], out int first))
                    return null;
                bool dollar = numbers.Length > 1 && numbers[1] == "$";
                int last = first;
                if (dollar)
                    last = original;
                else if (numbers.Length > 1 && !int.TryParse(numbers[1], out last))
                    return null;
                if (last > bound || (numbers.Length > 1 && (dollar ? last < first : last <= first)))
                    return null;
                if (action is not ('a' or 'c' or 'd') || (dollar && action != 'd') || (action == 'a' && numbers.Length > 1) || (action != 'a' && first == 0))
                    return null;
                List<string> added = [];
                if (action != 'd')
                {
                    while (true)
                    {
                        if (!input.TryDequeue(out string? text))
                            return null;
                        if (text == ".")
                            break;
                        added.Add(text);
                    }

                    if (added.Count == 0)
                        return null;
                }

                bound = action == 'a' ? first : first - 1;
                if (action != 'a')
                    lines.RemoveRange(first - 1, last - first + 1);
                lines.InsertRange(bound, added);
            }

            return string.Concat(lines.Select(l => l + "\n"));
        }
    }
}
