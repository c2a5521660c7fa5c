using System.IO.Compression;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>
/// One finished text, shared by all scrapes that may have it. Counted: each holder calls <see cref="Release"/> once, and the last one gives
/// the memory back.
/// </summary>
internal sealed class Rendering(PooledText text, long generation, int holders, Action freed)
{
    // Compressed sooner than another thread would wake up.
    private const int Short = 16 * 1024;
    private int _holders = holders;
    private Task<PooledText>? _zipped;

    /// <summary>What it shows: see <see cref="ExpositionSource.Generation"/>.</summary>
    public long Generation { get; } = generation;

    /// <summary>The text. Only for holders.</summary>
    public PooledText Text => text;

    /// <summary>One more holder. Only while another one, or whoever keeps it for the next scrape, still holds it.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>The text, compressed at most once for all. Only for holders, who wait for it before they release it.</summary>
    public Task<PooledText> ZippedAsync()
    {
        lock (text)
            return _zipped ??= text.Length <= Short ? Task.FromResult(Zip()) : Task.Run(Zip);
    }

    /// <summary>Is no holder any more.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
            return;
        text.Dispose();
        if (_zipped is { IsCompletedSuccessfully: true } zipped)
            zipped.Result.Dispose();
        freed();
    }

    private PooledText Zip()
    {
        var zipped = new PooledText();
        try
        {
            using var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true);
            foreach (ReadOnlyMemory<byte> piece in text.Pieces())
                gzip.Write(piece.Span);
        }
        catch
        {
            zipped.Dispose();
            throw;
        }
        return zipped;
    }
}
