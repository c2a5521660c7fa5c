using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>How messages about introductions name KP_hs_ipt_sid, the key of a service at one introduction point: type, length, key.</summary>
internal static class IntroductionKey
{
    private const byte TypeEd25519 = 2;

    /// <exception cref="MalformedMessageException">Another kind of key: that of version 2 is dead, and none came after.</exception>
    public static Ed25519Identity Decode(ref WireReader body)
    {
        byte type = body.ReadByte();
        int length = body.ReadUInt16();
        if (type != TypeEd25519 || length != Ed25519.KeyLength)
            throw new MalformedMessageException($"An introduction key of type {type} and {length} bytes.");
        return new Ed25519Identity(body.ReadBytes(length));
    }

    public static void Encode(in Ed25519Identity key, ref WireWriter body)
    {
        body.WriteByte(TypeEd25519);
        body.WriteUInt16(Ed25519.KeyLength);
        body.WriteBytes(key.AsSpan());
    }
}
