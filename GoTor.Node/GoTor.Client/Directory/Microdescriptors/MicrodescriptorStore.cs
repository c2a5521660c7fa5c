using System.Buffers;
using GoTor.Client.Directory.Cache;
using GoTor.Protocol.Documents;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Directory.Microdescriptors;

/// <summary>
/// Every microdescriptor that we have, parsed, with its text on disk only: a large file that is rewritten now and then, and a
/// journal of what came since. One that no consensus lists is kept a week, since relays come back. C tor's microdesc.c.
/// Owned by the directory loop.
/// </summary>
internal sealed class MicrodescriptorStore(DirectoryCache cache, ILogger logger)
{
    private static readonly TimeSpan UnlistedFor = TimeSpan.FromDays(7);
    private const int JournalWorthRewriting = 16 * 1024;

    private readonly Dictionary<MicrodescriptorDigest, Stored> _stored = [];
    private readonly MicrodescriptorParser _parser = new();
    private long _fileLength;
    private long _journalLength;
    private long _droppedLength;

    private sealed class Stored(Microdescriptor microdescriptor, int length, DateTimeOffset lastListed)
    {
        public Microdescriptor Microdescriptor => microdescriptor;

        public int Length => length;

        public DateTimeOffset LastListed { get; set; } = lastListed;
    }

    public int Count => _stored.Count;

    public Microdescriptor? Find(MicrodescriptorDigest digest) => _stored.GetValueOrDefault(digest)?.Microdescriptor;

    public bool Contains(MicrodescriptorDigest digest) => _stored.ContainsKey(digest);

    /// <summary>Reads both files. Damage costs the microdescriptors that it hit.</summary>
    public void Load()
    {
        _fileLength = Load(DirectoryCache.Microdescriptors, out bool fileIsDamaged);
        _journalLength = Load(DirectoryCache.MicrodescriptorJournal, out bool journalIsDamaged);
        if (fileIsDamaged || journalIsDamaged)
            Rewrite();
        else
            RewriteIfWorthwhile();
    }

    /// <summary>Takes what a server sent; keeps only what was asked for.</summary>
    /// <param name="wanted">Loses those that need not be asked for again: received, or never to be usable.</param>
    /// <returns>How many were new.</returns>
    public int Add(ReadOnlySpan<byte> text, HashSet<MicrodescriptorDigest> wanted, DateTimeOffset now, ICollection<MicrodescriptorDigest> unusable)
    {
        MicrodescriptorList list = _parser.Parse(text);
        ArrayBufferWriter<byte> journal = new();
        int added = 0;
        foreach (MicrodescriptorEntry entry in list.Entries)
        {
            // A digest that we did not ask for is a stranger's microdescriptor, or a damaged one of ours.
            if (!wanted.Remove(entry.Microdescriptor.Digest)
                || !_stored.TryAdd(entry.Microdescriptor.Digest, new Stored(entry.Microdescriptor, entry.Length, now)))
                continue;
            MicrodescriptorCacheFile.Write(journal, text.Slice(entry.Start, entry.Length), now);
            added++;
        }

        foreach (MicrodescriptorDigest digest in list.Rejected)
        {
            if (wanted.Remove(digest))
                unusable.Add(digest);
        }

        if (added > 0)
        {
            _journalLength += journal.WrittenCount;
            cache.AppendToJournal(journal.WrittenMemory);
        }

        return added;
    }

    /// <summary>Notes which ones a consensus lists, and forgets those that none has listed for a week.</summary>
    public void NoteListed(IEnumerable<MicrodescriptorDigest> listed, DateTimeOffset validAfter, DateTimeOffset now)
    {
        foreach (MicrodescriptorDigest digest in listed)
        {
            if (_stored.TryGetValue(digest, out Stored? stored) && stored.LastListed < validAfter)
                stored.LastListed = validAfter;
        }

        foreach ((MicrodescriptorDigest digest, Stored stored) in _stored.ToArray())
        {
            if (stored.LastListed >= now - UnlistedFor)
                continue;
            _stored.Remove(digest);
            _droppedLength += stored.Length;
        }
    }

    /// <summary>Rewrites the files when that saves a third, or when the journal has outgrown its purpose.</summary>
    public void RewriteIfWorthwhile()
    {
        bool worthwhile = _journalLength >= JournalWorthRewriting
            && (_droppedLength > (_journalLength + _fileLength) / 3 || _journalLength > _fileLength / 2);
        if (worthwhile)
            Rewrite();
    }

    private void Rewrite()
    {
        if (cache.HasUnsaved)
            return;
        ArrayBufferWriter<byte> file = new();
        HashSet<MicrodescriptorDigest> written = [];
        foreach (string name in (ReadOnlySpan<string>)[DirectoryCache.Microdescriptors, DirectoryCache.MicrodescriptorJournal])
        {
            if (cache.Read(name) is not { } content)
                continue;
            foreach (MicrodescriptorEntry entry in MicrodescriptorCacheFile.Read(content.Span, _parser).Entries)
            {
                MicrodescriptorDigest digest = entry.Microdescriptor.Digest;
                if (_stored.TryGetValue(digest, out Stored? stored) && written.Add(digest))
                    MicrodescriptorCacheFile.Write(file, content.Span.Slice(entry.Start, entry.Length), stored.LastListed);
            }
        }

        cache.ReplaceMicrodescriptors(file.WrittenMemory);
        logger.MicrodescriptorsRewritten(written.Count, _fileLength + _journalLength - file.WrittenCount);
        _fileLength = file.WrittenCount;
        _journalLength = 0;
        _droppedLength = 0;
    }

    private long Load(string name, out bool isDamaged)
    {
        isDamaged = false;
        if (cache.Read(name) is not { } content || content.IsEmpty)
            return 0;
        MicrodescriptorList list = MicrodescriptorCacheFile.Read(content.Span, _parser);
        if (list.Entries.Count == 0)
        {
            cache.SetAside(name);
            return 0;
        }

        isDamaged = list.Rejected.Count > 0;
        if (isDamaged)
            logger.CacheDamagedInPart(name, list.Rejected.Count);
        foreach (MicrodescriptorEntry entry in list.Entries)
        {
            // Without an annotation nothing says that it is in use: the next consensus decides.
            DateTimeOffset lastListed = entry.LastListed ?? DateTimeOffset.UnixEpoch;
            if (_stored.TryGetValue(entry.Microdescriptor.Digest, out Stored? known))
            {
                _droppedLength += entry.Length;
                if (known.LastListed < lastListed)
                    known.LastListed = lastListed;
            }
            else
            {
                _stored.Add(entry.Microdescriptor.Digest, new Stored(entry.Microdescriptor, entry.Length, lastListed));
            }
        }

        return content.Length;
    }
}
