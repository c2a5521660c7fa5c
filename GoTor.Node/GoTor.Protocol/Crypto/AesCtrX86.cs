using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace GoTor.Protocol.Crypto;

/// <summary>
/// Counter mode on AES-NI, eight blocks at once: as many as hide the latency of one round. The key stream left over from a call
/// is kept for the next, so odd cell sizes waste nothing.
/// </summary>
internal sealed class AesCtrX86 : AesCtr
{
    private const int StrideLength = 8 * BlockLength;

    private readonly byte[] _roundKeys; // Pinned: round keys are as good as the key.
    private readonly byte[] _leftover = GC.AllocateArray<byte>(StrideLength, pinned: true);
    private int _used = StrideLength;
    private ulong _counterHigh;
    private ulong _counterLow;

    public AesCtrX86(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        CheckSizes(key, iv);
        _roundKeys = ExpandKey(key);
        _counterHigh = BinaryPrimitives.ReadUInt64BigEndian(iv);
        _counterLow = BinaryPrimitives.ReadUInt64BigEndian(iv[8..]);
    }

    public static bool IsSupported => X86Aes.IsSupported;

    public override void XorKeyStream(Span<byte> inPlace)
    {
        int buffered = Math.Min(inPlace.Length, StrideLength - _used);
        if (buffered > 0)
        {
            Xor.InPlace(inPlace[..buffered], _leftover.AsSpan(_used, buffered));
            _used += buffered;
            inPlace = inPlace[buffered..];
        }

        while (inPlace.Length >= StrideLength)
        {
            XorStride(ref MemoryMarshal.GetReference(inPlace));
            inPlace = inPlace[StrideLength..];
        }

        if (inPlace.IsEmpty)
            return;
        Array.Clear(_leftover);
        XorStride(ref MemoryMarshal.GetArrayDataReference(_leftover));
        Xor.InPlace(inPlace, _leftover.AsSpan(0, inPlace.Length));
        _used = inPlace.Length;
    }

    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_roundKeys);
        CryptographicOperations.ZeroMemory(_leftover);
    }

    /// <summary>XORs the next 128 bytes of key stream into the 128 bytes at <paramref name="target"/>.</summary>
    private void XorStride(ref byte target)
    {
        ref byte keys = ref MemoryMarshal.GetArrayDataReference(_roundKeys);
        nuint last = (nuint)(_roundKeys.Length - BlockLength);

        Vector128<byte> key = Vector128.LoadUnsafe(ref keys);
        Vector128<byte> b0 = NextCounter() ^ key;
        Vector128<byte> b1 = NextCounter() ^ key;
        Vector128<byte> b2 = NextCounter() ^ key;
        Vector128<byte> b3 = NextCounter() ^ key;
        Vector128<byte> b4 = NextCounter() ^ key;
        Vector128<byte> b5 = NextCounter() ^ key;
        Vector128<byte> b6 = NextCounter() ^ key;
        Vector128<byte> b7 = NextCounter() ^ key;
        for (nuint round = BlockLength; round < last; round += BlockLength)
        {
            key = Vector128.LoadUnsafe(ref keys, round);
            b0 = X86Aes.Encrypt(b0, key);
            b1 = X86Aes.Encrypt(b1, key);
            b2 = X86Aes.Encrypt(b2, key);
            b3 = X86Aes.Encrypt(b3, key);
            b4 = X86Aes.Encrypt(b4, key);
            b5 = X86Aes.Encrypt(b5, key);
            b6 = X86Aes.Encrypt(b6, key);
            b7 = X86Aes.Encrypt(b7, key);
        }

        key = Vector128.LoadUnsafe(ref keys, last);
        Mix(ref target, 0, X86Aes.EncryptLast(b0, key));
        Mix(ref target, 1, X86Aes.EncryptLast(b1, key));
        Mix(ref target, 2, X86Aes.EncryptLast(b2, key));
        Mix(ref target, 3, X86Aes.EncryptLast(b3, key));
        Mix(ref target, 4, X86Aes.EncryptLast(b4, key));
        Mix(ref target, 5, X86Aes.EncryptLast(b5, key));
        Mix(ref target, 6, X86Aes.EncryptLast(b6, key));
        Mix(ref target, 7, X86Aes.EncryptLast(b7, key));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref byte target, nuint block, Vector128<byte> keyStream) =>
        (Vector128.LoadUnsafe(ref target, block * BlockLength) ^ keyStream).StoreUnsafe(ref target, block * BlockLength);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<byte> NextCounter()
    {
        // x86 is little-endian, the counter is not.
        Vector128<ulong> block = Vector128.Create(
            BinaryPrimitives.ReverseEndianness(_counterHigh), BinaryPrimitives.ReverseEndianness(_counterLow));
        if (++_counterLow == 0)
            _counterHigh++;
        return block.AsByte();
    }

    /// <summary>FIPS 197 §5.2, with the processor's own S-box so that no table lookup depends on the key.</summary>
    private static byte[] ExpandKey(ReadOnlySpan<byte> key)
    {
        int keyWords = key.Length / 4;
        int rounds = keyWords + 6;
        byte[] expanded = GC.AllocateArray<byte>((rounds + 1) * BlockLength, pinned: true);
        key.CopyTo(expanded);
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(expanded.AsSpan());
        uint roundConstant = 1;
        for (int i = keyWords; i < words.Length; i++)
        {
            uint word = words[i - 1];
            if (i % keyWords == 0)
            {
                // Element 1 of the assist is the substituted word rotated by one byte.
                word = X86Aes.KeygenAssist(Vector128.Create(word).AsByte(), 0).AsUInt32()[1] ^ roundConstant;
                roundConstant = (roundConstant << 1) ^ (roundConstant >> 7) * 0x11b;
            }
            else if (keyWords == 8 && i % keyWords == 4)
            {
                word = X86Aes.KeygenAssist(Vector128.Create(word).AsByte(), 0).AsUInt32()[0];
            }

            words[i] = words[i - keyWords] ^ word;
        }

        return expanded;
    }
}
