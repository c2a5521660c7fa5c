using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// C tor's <c>cached-microdescs</c> and <c>cached-microdescs.new</c>: microdescriptors, each after an annotation that says when a
/// consensus last listed it. Reading and writing the same files lets a user change between the two programs.
/// </summary>
internal static class MicrodescriptorCacheFile
{
    private static ReadOnlySpan<byte> LastListed => "@last-listed "u8;

    /// <summary>Reads a whole file. What is broken in it is left out; annotations that we do not know are skipped.</summary>
    public static MicrodescriptorList Read(ReadOnlySpan<byte> file, MicrodescriptorParser parser)
    {
        List<MicrodescriptorEntry> entries = [];
        List<MicrodescriptorDigest> rejected = [];
        int position = 0;
        while (position < file.Length && rejected.Count < MicrodescriptorParser.MaxRejected)
        {
            DateTimeOffset? lastListed = null;
            while (position < file.Length && file[position] == (byte)'@')
            {
                ReadOnlySpan<byte> line = DocumentText.LineAt(file, position);
                if (line.StartsWith(LastListed) && FieldText.TryParseTime(line[LastListed.Length..], out DateTimeOffset time))
                    lastListed = time;
                position = Math.Min(position + line.Length + 1, file.Length);
            }

            int end = EndOf(file, position);
            ReadOnlySpan<byte> body = file[position..end];
            if (parser.TryParseOne(body, out Microdescriptor? microdescriptor))
                entries.Add(new MicrodescriptorEntry(microdescriptor, position, body.Length, lastListed));
            else if (!body.IsEmpty)
                rejected.Add(new MicrodescriptorDigest(SHA256.HashData(body)));
            position = end;
        }

        return new MicrodescriptorList(entries, rejected);
    }

    /// <param name="body">The microdescriptor exactly as it came, so that its digest stays what it is.</param>
    public static void Write(IBufferWriter<byte> file, ReadOnlySpan<byte> body, DateTimeOffset lastListed)
    {
        file.Write(LastListed);
        Encoding.ASCII.GetBytes(FieldText.FormatTime(lastListed), file);
        file.Write("\n"u8);
        file.Write(body);
    }

    /// <summary>Before the next line that begins an annotation or a microdescriptor. Looks at every line once.</summary>
    private static int EndOf(ReadOnlySpan<byte> file, int start)
    {
        int position = start;
        while (true)
        {
            int newline = file[position..].IndexOf((byte)'\n');
            if (newline < 0)
                return file.Length;
            position += newline + 1;
            if (file[position..] is [(byte)'@', ..] || file[position..].StartsWith("onion-key"u8))
                return position;
        }
    }
}
