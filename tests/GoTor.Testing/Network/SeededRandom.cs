using System.Buffers.Binary;
using GoTor.Protocol.Crypto;

namespace GoTor.Testing.Network;

/// <summary>Chance that repeats itself: the same seed gives the same choices (SplitMix64). For tests only. Safe for concurrent use.</summary>
internal sealed class SeededRandom(ulong seed) : TorRandom
{
    private readonly Lock _lock = new();
    private ulong _state = seed;

    public override void Fill(Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[8];
        lock (_lock)
        {
            while (!destination.IsEmpty)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(block, Step());
                int count = Math.Min(block.Length, destination.Length);
                block[..count].CopyTo(destination);
                destination = destination[count..];
            }
        }
    }

    private ulong Step()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
