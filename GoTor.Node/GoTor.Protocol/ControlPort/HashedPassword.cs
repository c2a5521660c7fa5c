using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.ControlPort;

/// <summary>
/// A value of HashedControlPassword: <c>16:</c> and in hex eight bytes of salt, the byte that says how many bytes are hashed, and their SHA-1
/// (RFC 2440's iterated and salted S2K). Immutable; prints nothing.
/// </summary>
internal sealed class HashedPassword
{
    private const int SaltLength = 8;
    private const int SpecifierLength = SaltLength + 1;

    /// <summary>65,536 bytes, as C tor's --hash-password.</summary>
    private const byte UsualCount = 0x60;

    private readonly byte[] _value;

    private HashedPassword(byte[] value) => _value = value;

    public static bool TryParse(string text, [NotNullWhen(true)] out HashedPassword? password)
    {
        password = null;
        byte[] value = new byte[SpecifierLength + RunningSha1.DigestLength];
        bool isHex = text.StartsWith("16:", StringComparison.Ordinal);
        bool ok = isHex
            ? text.Length == 3 + (2 * value.Length) && Convert.FromHexString(text.AsSpan(3), value, out _, out int hex) == System.Buffers.OperationStatus.Done && hex == value.Length
            : Convert.TryFromBase64String(text, value, out int base64) && base64 == value.Length;
        if (ok)
            password = new HashedPassword(value);
        return ok;
    }

    /// <summary>A new value for a password, in the form of torrc.</summary>
    public static string Create(string password, TorRandom random)
    {
        byte[] value = new byte[SpecifierLength + RunningSha1.DigestLength];
        random.Fill(value.AsSpan(0, SaltLength));
        value[SaltLength] = UsualCount;
        Hash(Encoding.UTF8.GetBytes(password), value).CopyTo(value.AsSpan(SpecifierLength));
        return "16:" + Convert.ToHexString(value);
    }

    /// <summary>Takes as long for a wrong password as for the right one.</summary>
    public bool Matches(ReadOnlySpan<byte> password) =>
        CryptographicOperations.FixedTimeEquals(Hash(password, _value), _value.AsSpan(SpecifierLength));

    public override string ToString() => "[secret]";

    private static byte[] Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> specifier)
    {
        int count = specifier[SaltLength];
        int left = (16 + (count & 15)) << ((count >> 4) + 6);
        byte[] once = [.. specifier[..SaltLength], .. password];
        // At least once, whatever the count says.
        left = Math.Max(left, once.Length);
        using RunningSha1 sha1 = new();
        for (; left > 0; left -= once.Length)
            sha1.Append(once.AsSpan(0, Math.Min(left, once.Length)));
        CryptographicOperations.ZeroMemory(once);
        byte[] digest = new byte[RunningSha1.DigestLength];
        sha1.Peek(digest);
        return digest;
    }
}
