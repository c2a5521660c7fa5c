using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// Makes the new consensus of an old one and a diff. dir-spec §4.5 and appendix E: a small part of ed, with commands from the end
/// of the file to its start. The result is right or refused, by its hash. Time and memory are linear in both inputs.
/// </summary>
internal static class ConsensusDiff
{
    private const int MaxCommandLength = 32;

    /// <summary>Whether an answer to a consensus request is a diff rather than a consensus.</summary>
    public static bool IsDiff(ReadOnlySpan<byte> text) => text.StartsWith("network-status-diff-version "u8);

    /// <exception cref="MalformedMessageException">
    /// Not a diff, a diff of another consensus, or one with another result than it says. Get the whole consensus then.
    /// </exception>
    public static byte[] Apply(ReadOnlySpan<byte> consensus, ReadOnlySpan<byte> diff)
    {
        DocumentText.Check(diff);
        DocumentText.Check(consensus);
        var lines = new LineReader(diff);
        if (!lines.Read().SequenceEqual("network-status-diff-version 1"u8))
            throw new MalformedMessageException("A consensus diff of a version that we do not know.");
        ReadHashes(lines.Read(), out byte[] from, out byte[] to);
        if (!ConsensusDigest.OfSignedPart(consensus).AsSpan().SequenceEqual(from))
            throw new MalformedMessageException("A consensus diff that is not for our consensus.");
        byte[] result = ApplyCommands(consensus, lines.Rest);
        return ConsensusDigest.OfWhole(result).AsSpan().SequenceEqual(to)
            ? result
            : throw new MalformedMessageException("A consensus diff with another result than it says.");
    }

    /// <summary>The ed part alone, without its hashes. Both texts end with a newline.</summary>
    internal static byte[] ApplyCommands(ReadOnlySpan<byte> text, ReadOnlySpan<byte> commands)
    {
        int[] starts = LineStarts(text);
        // Commands run backwards, so the result is written backwards too: into the end of a buffer that always suffices.
        byte[] buffer = new byte[text.Length + commands.Length];
        int position = buffer.Length;
        int linesLeft = starts.Length - 1;
        var reader = new LineReader(commands);
        while (!reader.IsAtEnd)
        {
            Command command = ParseCommand(reader.Read(), starts.Length - 1);
            if (command.Last > linesLeft)
                throw new MalformedMessageException("The commands of a consensus diff are not in reverse order.");
            Prepend(text[starts[command.Last]..starts[linesLeft]], buffer, ref position);
            linesLeft = command.Action == 'a' ? command.Last : command.First - 1;
            if (command.Action != 'd')
                Prepend(reader.ReadUntilDot(), buffer, ref position);
        }

        Prepend(text[..starts[linesLeft]], buffer, ref position);
        return buffer[position..];
    }

    private static void Prepend(ReadOnlySpan<byte> bytes, byte[] buffer, ref int position)
    {
        position -= bytes.Length;
        bytes.CopyTo(buffer.AsSpan(position));
    }

    /// <summary>
    /// starts[n] is where line n+1 begins, so that lines a to b are [starts[a-1]..starts[b]]; the last one is the length.
    /// </summary>
    private static int[] LineStarts(ReadOnlySpan<byte> text)
    {
        int[] starts = new int[text.Count((byte)'\n') + 1];
        int position = 0;
        for (int i = 1; i < starts.Length; i++)
        {
            position += text[position..].IndexOf((byte)'\n') + 1;
            starts[i] = position;
        }

        return starts;
    }

    private readonly record struct Command(int First, int Last, char Action);

    /// <summary>Reads <c>5a</c>, <c>5d</c>, <c>5,7c</c> or <c>5,$d</c>.</summary>
    private static Command ParseCommand(ReadOnlySpan<byte> line, int lineCount)
    {
        if (line.Length is < 2 or > MaxCommandLength)
            throw BadCommand();
        char action = (char)line[^1];
        ReadOnlySpan<byte> numbers = line[..^1];
        int comma = numbers.IndexOf((byte)',');
        int first = ParseLineNumber(comma < 0 ? numbers : numbers[..comma], lineCount);
        int last = first;
        if (comma >= 0)
        {
            bool toEnd = numbers[(comma + 1)..].SequenceEqual("$"u8);
            last = toEnd ? lineCount : ParseLineNumber(numbers[(comma + 1)..], lineCount);
            if ((toEnd && action != 'd') || (!toEnd && last <= first) || last < first)
                throw BadCommand();
        }

        bool good = action switch
        {
            'a' => comma < 0,
            'c' or 'd' => first >= 1,
            _ => false,
        };
        return good ? new Command(first, last, action) : throw BadCommand();
    }

    private static int ParseLineNumber(ReadOnlySpan<byte> text, int lineCount) =>
        FieldText.TryParseUInt32(text, out uint number) && number <= lineCount ? (int)number : throw BadCommand();

    private static void ReadHashes(ReadOnlySpan<byte> line, out byte[] from, out byte[] to)
    {
        var arguments = new ArgumentReader(line);
        from = new byte[32];
        to = new byte[32];
        if (!arguments.Read().SequenceEqual("hash"u8)
            || !FieldText.TryDecodeHex(arguments.Read(), from)
            || !FieldText.TryDecodeHex(arguments.Read(), to)
            || arguments.TryRead(out _))
        {
            throw new MalformedMessageException("A consensus diff without its two hashes.");
        }
    }

    private static MalformedMessageException BadCommand() => new("A consensus diff has a command that makes no sense.");

    private ref struct LineReader(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> _rest = text;

        public readonly ReadOnlySpan<byte> Rest => _rest;

        public readonly bool IsAtEnd => _rest.IsEmpty;

        public ReadOnlySpan<byte> Read()
        {
            int end = _rest.IndexOf((byte)'\n');
            if (end < 0)
                throw new MalformedMessageException("A consensus diff ends early.");
            ReadOnlySpan<byte> line = _rest[..end];
            _rest = _rest[(end + 1)..];
            return line;
        }

        /// <summary>At least one line of text, with newlines; the line with the dot that ends them is taken too.</summary>
        public ReadOnlySpan<byte> ReadUntilDot()
        {
            int end = _rest.StartsWith(".\n"u8) ? 0 : _rest.IndexOf("\n.\n"u8) + 1;
            if (end == 0)
                throw new MalformedMessageException("A consensus diff adds nothing, or does not say where its text ends.");
            ReadOnlySpan<byte> lines = _rest[..end];
            _rest = _rest[(end + 2)..];
            return lines;
        }
    }
}
