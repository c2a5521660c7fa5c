using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>What an extension of a circuit handshake is about. Proposals 324 and 346.</summary>
internal enum CircuitExtensionType : byte
{
    /// <summary>Client: please use congestion control. Empty body.</summary>
    CongestionControlRequest = 1,

    /// <summary>Relay: yes, with this many cells per SENDME. One byte.</summary>
    CongestionControlResponse = 2,

    /// <summary>Client: please use these subprotocols. Pairs of protocol and version.</summary>
    SubprotocolRequest = 3,
}

/// <summary>One extension, body still encoded.</summary>
internal readonly record struct CircuitExtension(CircuitExtensionType Type, ReadOnlyMemory<byte> Body);

/// <summary>The list of extensions that ntor-v3 carries encrypted in both directions: count, then type, length, body of each.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html#ntor-v3-extensions</remarks>
internal static class CircuitExtensions
{
    /// <summary>Encodes sorted by type, whatever the order given.</summary>
    public static byte[] Encode(params IReadOnlyList<CircuitExtension> extensions)
    {
        byte[] encoded = new byte[1 + extensions.Sum(e => 2 + e.Body.Length)];
        var writer = new WireWriter(encoded);
        writer.WriteByte(checked((byte)extensions.Count));
        foreach (CircuitExtension extension in extensions.OrderBy(e => e.Type))
        {
            writer.WriteByte((byte)extension.Type);
            writer.WriteByte(checked((byte)extension.Body.Length));
            writer.WriteBytes(extension.Body.Span);
        }

        return encoded;
    }

    /// <summary>Decodes a relay's answer, of which every part must have been asked for.</summary>
    /// <param name="message">The whole decrypted message.</param>
    /// <param name="allowed">The response types that our request makes legal.</param>
    /// <exception cref="MalformedMessageException">
    /// Cut short, too long, out of order, a type twice, or a type that is unknown or not asked for.
    /// </exception>
    public static IReadOnlyList<CircuitExtension> DecodeResponse(
        ReadOnlyMemory<byte> message, params ReadOnlySpan<CircuitExtensionType> allowed)
    {
        IReadOnlyList<CircuitExtension> extensions = Decode(message);
        foreach (CircuitExtension extension in extensions)
        {
            if (!allowed.Contains(extension.Type))
                throw new MalformedMessageException($"The relay answered extension {(byte)extension.Type}, which nobody asked for.");
        }

        return extensions;
    }

    /// <summary>Decodes a request as a relay does: types it does not know are kept, and it may ignore them.</summary>
    /// <exception cref="MalformedMessageException">Cut short, too long, out of order, or a type twice.</exception>
    public static IReadOnlyList<CircuitExtension> Decode(ReadOnlyMemory<byte> message)
    {
        var reader = new WireReader(message.Span);
        int count = reader.ReadByte();
        var extensions = new List<CircuitExtension>(Math.Min(count, reader.Remaining / 2));
        for (int i = 0; i < count; i++)
        {
            var type = (CircuitExtensionType)reader.ReadByte();
            int length = reader.ReadByte();
            int offset = message.Length - reader.Remaining;
            reader.ReadBytes(length);
            if (i > 0 && type <= extensions[i - 1].Type)
                throw new MalformedMessageException("Circuit extensions must be sorted by type, each at most once.");
            extensions.Add(new CircuitExtension(type, message.Slice(offset, length)));
        }

        reader.ExpectEnd();
        return extensions;
    }
}
