using System.Buffers.Binary;
using System.Security.Cryptography;

namespace GoTor.Protocol.Crypto;

/// <summary>Counter mode from the platform's ECB: a page of counter blocks is encrypted at once and then used up.</summary>
internal sealed class AesCtrPortable : AesCtr
{
    // One call into the platform costs about as much as 1 KiB of AES, so a page makes the call cheap.
    private const int PageLength = 2048;

    private readonly Aes _aes;
    private readonly ICryptoTransform _encryptor;
    private readonly byte[] _counters = new byte[PageLength];
    private readonly byte[] _keyStream = GC.AllocateArray<byte>(PageLength, pinned: true);
    private UInt128 _counter;
    private int _used = PageLength;

    public AesCtrPortable(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        CheckSizes(key, iv);
        _counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
        _aes = Aes.Create();
#pragma warning disable CA5358 // ECB of distinct counter blocks is what counter mode is made of.
        _aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        _aes.Padding = PaddingMode.None;
        _aes.SetKey(key);
        _encryptor = _aes.CreateEncryptor();
    }

    public override void XorKeyStream(Span<byte> inPlace)
    {
        while (!inPlace.IsEmpty)
        {
            if (_used == PageLength)
                NextPage();
            int count = Math.Min(inPlace.Length, PageLength - _used);
            Xor.InPlace(inPlace[..count], _keyStream.AsSpan(_used, count));
            _used += count;
            inPlace = inPlace[count..];
        }
    }

    public override void Dispose()
    {
        _encryptor.Dispose();
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_keyStream);
    }

    private void NextPage()
    {
        for (int offset = 0; offset < PageLength; offset += BlockLength)
            BinaryPrimitives.WriteUInt128BigEndian(_counters.AsSpan(offset), _counter++);
        _encryptor.TransformBlock(_counters, 0, PageLength, _keyStream, 0);
        _used = 0;
    }
}
