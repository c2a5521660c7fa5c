using System.Diagnostics;

namespace GoTor.Client.Directory.Compression;

/// <summary>
/// Grows with what is unpacked into it, up to a budget for the whole answer: many small members cost as much as one large one.
/// Not safe for concurrent use.
/// </summary>
/// <param name="budget">The most bytes that it may ever hold.</param>
/// <param name="sizeHint">Where to start, in bytes.</param>
internal sealed class UnpackedBody(int budget, int sizeHint)
{
    private byte[] _bytes = new byte[Math.Clamp(sizeHint, 256, Math.Max(256, budget))];

    public int Length { get; private set; }

    /// <summary>Something wanted more than the budget.</summary>
    public bool IsOverBudget { get; private set; }

    /// <summary>It holds as much as it ever may.</summary>
    public bool IsFull => Length == budget;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Room for at least <paramref name="count"/> more bytes; <see cref="Advance"/> says how many were used.</summary>
    /// <exception cref="DecompressionException">The budget is spent.</exception>
    public Span<byte> Reserve(int count) => ReserveArray(count);

    /// <inheritdoc cref="Reserve"/>
    public ArraySegment<byte> ReserveArray(int count)
    {
        int needed = checked(Length + count);
        if (needed > budget)
        {
            IsOverBudget = true;
            throw new DecompressionException($"An answer unpacks to more than {budget} bytes.");
        }

        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(budget, Math.Max(needed, _bytes.Length * 2L)));
        return new ArraySegment<byte>(_bytes, Length, Math.Min(budget, _bytes.Length) - Length);
    }

    /// <summary>What was written from <paramref name="start"/> on.</summary>
    public ArraySegment<byte> WrittenSince(int start) => new(_bytes, start, Length - start);

    public void Advance(int count)
    {
        Debug.Assert(Length + count <= _bytes.Length, "More was written than reserved.");
        Length += count;
    }
}
