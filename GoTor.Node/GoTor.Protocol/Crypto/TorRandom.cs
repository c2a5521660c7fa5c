using System.Security.Cryptography;

namespace GoTor.Protocol.Crypto;

/// <summary>
/// All chance in GoTor. Production uses <see cref="Secure"/>, the operating system's generator; tests that choose paths pass a
/// seeded one. Implementations are safe for concurrent use.
/// </summary>
internal abstract class TorRandom
{
    public static TorRandom Secure { get; } = new SystemRandom();

    public abstract void Fill(Span<byte> destination);

    /// <summary>Uniform in [0, <paramref name="exclusiveMax"/>), without modulo bias.</summary>
    public ulong NextUInt64(ulong exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfZero(exclusiveMax);
        // Reject the top partial range so that every residue is equally likely.
        ulong limit = ulong.MaxValue - ((ulong.MaxValue % exclusiveMax) + 1) % exclusiveMax;
        ulong value;
        do
        {
            value = NextUInt64();
        }
        while (value > limit);
        return value % exclusiveMax;
    }

    public ulong NextUInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public uint NextUInt32() => (uint)(NextUInt64() >> 32);

    /// <summary>Uniform in [<paramref name="min"/>, <paramref name="exclusiveMax"/>).</summary>
    public int Next(int min, int exclusiveMax) => min + (int)NextUInt64((ulong)((long)exclusiveMax - min));

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public TimeSpan NextTimeSpan(TimeSpan min, TimeSpan max) => min + TimeSpan.FromTicks((long)((max - min).Ticks * NextDouble()));

    private sealed class SystemRandom : TorRandom
    {
        // A failing generator throws, and the process must stop rather than go on guessable.
        public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
