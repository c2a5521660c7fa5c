using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>What a directory of onion services keeps: for each blinded key its newest descriptor, for as long as that lives. One caller at a time.</summary>
/// <param name="maxBytes">When more comes, what would end first goes first.</param>
/// <remarks>https://spec.torproject.org/rend-spec/hsdesc.html#publishing-descriptors</remarks>
internal sealed class DescriptorShelf(int maxBytes)
{
    private readonly Dictionary<Ed25519Identity, Entry> _entries = [];

    public int Count => _entries.Count;

    /// <summary>Of all descriptors here.</summary>
    public int Bytes { get; private set; }

    /// <exception cref="MalformedMessageException">
    /// Not a descriptor that may be kept, or none newer than the one that is here: an old one must not come back.
    /// </exception>
    public void Publish(byte[] text, DateTimeOffset now)
    {
        OuterDescriptor descriptor = OuterDescriptor.Parse(text, now);
        Expire(now);
        if (_entries.TryGetValue(descriptor.BlindedId, out Entry? known))
        {
            if (descriptor.RevisionCounter <= known.RevisionCounter)
                throw new MalformedMessageException("A descriptor that is not newer than the one here.");
            Remove(descriptor.BlindedId, known);
        }

        while (Bytes + text.Length > maxBytes && _entries.Count > 0)
        {
            (Ed25519Identity key, Entry first) = _entries.MinBy(pair => pair.Value.Until);
            Remove(key, first);
        }

        _entries.Add(descriptor.BlindedId, new Entry(text, descriptor.RevisionCounter, now + descriptor.Lifetime));
        Bytes += text.Length;
    }

    /// <summary>Null when there is none.</summary>
    public byte[]? Find(in Ed25519Identity blindedId, DateTimeOffset now) =>
        _entries.TryGetValue(blindedId, out Entry? entry) && entry.Until > now ? entry.Text : null;

    public IReadOnlyList<byte[]> All(DateTimeOffset now) => [.. _entries.Values.Where(entry => entry.Until > now).Select(entry => entry.Text)];

    private void Expire(DateTimeOffset now)
    {
        foreach ((Ed25519Identity key, Entry entry) in _entries.Where(pair => pair.Value.Until <= now).ToArray())
            Remove(key, entry);
    }

    private void Remove(in Ed25519Identity key, Entry entry)
    {
        _entries.Remove(key);
        Bytes -= entry.Text.Length;
    }

    private sealed record Entry(byte[] Text, ulong RevisionCounter, DateTimeOffset Until);
}
