using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>One extension of a message about introductions, body still encoded. Types that we do not know are kept, and may be ignored.</summary>
/// <remarks>https://spec.torproject.org/rend-spec/introduction-protocol.html#EST_INTRO</remarks>
internal readonly record struct OnionExtension(byte Type, ReadOnlyMemory<byte> Body)
{
    /// <summary>In ESTABLISH_INTRO: how many introductions the service wants at most. Proposal 305.</summary>
    public const byte DenialOfService = 1;

    /// <exception cref="MalformedMessageException">Cut short.</exception>
    public static IReadOnlyList<OnionExtension> DecodeList(ref WireReader body)
    {
        int count = body.ReadByte();
        var extensions = new List<OnionExtension>(Math.Min(count, body.Remaining / 2));
        for (int i = 0; i < count; i++)
        {
            byte type = body.ReadByte();
            extensions.Add(new OnionExtension(type, body.ReadBytes(body.ReadByte()).ToArray()));
        }

        return extensions;
    }

    public static void EncodeList(IReadOnlyList<OnionExtension> extensions, ref WireWriter body)
    {
        body.WriteByte(checked((byte)extensions.Count));
        foreach (OnionExtension extension in extensions)
        {
            body.WriteByte(extension.Type);
            body.WriteByte(checked((byte)extension.Body.Length));
            body.WriteBytes(extension.Body.Span);
        }
    }
}
