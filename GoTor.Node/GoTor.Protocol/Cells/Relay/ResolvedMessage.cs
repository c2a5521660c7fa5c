using System.Net;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>What kind of answer a resolver gave. tor-spec §6.4.</summary>
internal enum ResolvedType : byte
{
    Hostname = 0,
    IPv4 = 4,
    IPv6 = 6,
    TransientError = 0xF0,
    Error = 0xF1,
}

/// <summary>One answer. Unknown types keep their bytes.</summary>
/// <param name="TimeToLive">Seconds.</param>
internal sealed record ResolvedAnswer(ResolvedType Type, ReadOnlyMemory<byte> Value, uint TimeToLive)
{
    /// <summary>The address, when this is one of the right length.</summary>
    public IPAddress? Address =>
        (Type, Value.Length) is (ResolvedType.IPv4, 4) or (ResolvedType.IPv6, 16) ? new IPAddress(Value.Span) : null;

    /// <summary>The name, when this is one in ASCII.</summary>
    public string? Hostname => Type == ResolvedType.Hostname && Ascii.IsValid(Value.Span) ? Encoding.ASCII.GetString(Value.Span) : null;

    public static ResolvedAnswer For(IPAddress address, uint timeToLive)
    {
        byte[] value = address.GetAddressBytes();
        return new ResolvedAnswer(value.Length == 4 ? ResolvedType.IPv4 : ResolvedType.IPv6, value, timeToLive);
    }

    public override string ToString() => $"{Type} [scrubbed]";
}

/// <summary>All answers of the exit's resolver to one RESOLVE.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/remote-hostname-lookup.html</remarks>
internal sealed record ResolvedMessage(IReadOnlyList<ResolvedAnswer> Answers) : IRelayMessage<ResolvedMessage>
{
    public static RelayCommand Command => RelayCommand.Resolved;

    public static ResolvedMessage Decode(ref WireReader body)
    {
        var answers = new List<ResolvedAnswer>();
        while (!body.IsEmpty)
        {
            var type = (ResolvedType)body.ReadByte();
            byte[] value = body.ReadBytes(body.ReadByte()).ToArray();
            if ((type, value.Length) is (ResolvedType.IPv4, not 4) or (ResolvedType.IPv6, not 16))
                throw new MalformedMessageException($"RESOLVED has an address of {value.Length} bytes.");
            answers.Add(new ResolvedAnswer(type, value, body.ReadUInt32()));
        }

        return new ResolvedMessage(answers);
    }

    public void Encode(ref WireWriter body)
    {
        foreach (ResolvedAnswer answer in Answers)
        {
            body.WriteByte((byte)answer.Type);
            body.WriteByte(checked((byte)answer.Value.Length));
            body.WriteBytes(answer.Value.Span);
            body.WriteUInt32(answer.TimeToLive);
        }
    }

    public override string ToString() => $"RESOLVED with {Answers.Count} answers";
}
