using System.IO.Compression;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>
/// One finished text, shared by all scrapes that may have it. Counted: whoever got true from <see cref="TryHold"/> calls
/// <see cref="Release"/> once, and the last one gives the memory back.
/// </summary>
internal sealed class Rendering(PooledText text, long generation, Action freed)
{
    private readonly Lock _lock = new();
    private int _holders = 1;
    private PooledText? _zipped;

    /// <summary>What it shows: see <see cref="ExpositionSource.Generation"/>.</summary>
    public long Generation { get; } = generation;

    /// <summary>The text. Only for holders.</summary>
    public PooledText Text => text;

    /// <summary>Becomes a holder; false when the memory is gone already.</summary>
    public bool TryHold()
    {
        lock (_lock)
        {
            if (_holders == 0)
                return false;
            _holders++;
            return true;
        }
    }

    /// <summary>The text, compressed at most once for all. Only for holders.</summary>
    public PooledText Zipped()
    {
        lock (text) // Not _lock: others come and go meanwhile.
        {
            if (_zipped is null)
            {
                var zipped = new PooledText();
                using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
                {
                    foreach (ReadOnlyMemory<byte> piece in text.Pieces())
                        gzip.Write(piece.Span);
                }
                _zipped = zipped;
            }
            return _zipped;
        }
    }

    /// <summary>Is no holder any more.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_holders > 0)
                return;
        }
        text.Dispose();
        _zipped?.Dispose();
        freed();
    }
}
