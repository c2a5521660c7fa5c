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

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Room for at least <paramref name="count"/> more bytes; <see cref="Advance"/> says how many were used.</summary>
    /// <exception cref="DecompressionException">The budget is spent.</exception>
    public Span<byte> Reserve(int count)
    {
        int needed = checked(Length + count);
        if (needed > budget)
        {
            IsOverBudget = true;
            throw new DecompressionException($"An answer unpacks to more than {budget} bytes.");
        }

        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(budget, Math.Max(needed, _bytes.Length * 2L)));
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count)
    {
        Debug.Assert(Length + count <= _bytes.Length, "More was written than reserved.");
        Length += count;
    }

    /// <summary>Repeats <paramref name="length"/> bytes from <paramref name="distance"/> bytes ago; both may overlap.</summary>
    public void Repeat(int distance, int length)
    {
        Span<byte> target = Reserve(length)[..length];
        int from = Length - distance;
        if (distance >= length)
        {
            _bytes.AsSpan(from, length).CopyTo(target);
        }
        else
        {
            for (int i = 0; i < length; i++)
                target[i] = _bytes[from + i];
        }

        Length += length;
    }
}
