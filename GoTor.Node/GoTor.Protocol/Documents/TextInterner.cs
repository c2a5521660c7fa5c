namespace GoTor.Protocol.Documents;

/// <summary>
/// Remembers what a line of text meant, so that the few distinct "pr" and "s" lines of a consensus are parsed once each and share
/// their result. Lookups do not allocate. Hashes are seeded per process. Not thread-safe: one per document.
/// </summary>
/// <param name="parse">May throw; then nothing is remembered.</param>
/// <param name="maxCount">More distinct texts than this are parsed every time, so that memory stays bounded.</param>
internal sealed class TextInterner<T>(Func<string, T> parse, int maxCount = 4096)
{
    private readonly Dictionary<byte[], T> _values = new(ByteComparer.Instance);

    public T Get(ReadOnlySpan<byte> text)
    {
        Dictionary<byte[], T>.AlternateLookup<ReadOnlySpan<byte>> lookup = _values.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(text, out T? value))
        {
            // Bytes beyond ASCII become characters that no parser of ours accepts.
            value = parse(System.Text.Encoding.Latin1.GetString(text));
            if (_values.Count < maxCount)
                lookup[text] = value;
        }

        return value;
    }

    private sealed class ByteComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static ByteComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
