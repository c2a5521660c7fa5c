using System.Buffers.Binary;
using System.Net;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Dns;

/// <summary>A DNS query. Whatever follows the questions (EDNS, for one) is not looked at, as in C tor. RFC 1035 §4.1. Immutable.</summary>
internal sealed class DnsQuery
{
    public const int HeaderLength = 12;

    /// <summary>More questions than anybody asks at once. C tor answers one.</summary>
    private const int MaxQuestions = 16;

    private const int MaxNameLength = 255;
    private const int MaxLabelLength = 63;
    private const ushort ResponseFlag = 0x8000;
    private const ushort OpcodeMask = 0x7800;
    private const ushort RecursionDesired = 0x0100;
    private const ushort CheckingDisabled = 0x0010;

    private DnsQuery(ushort id, ushort flags, IReadOnlyList<DnsQuestion> questions)
    {
        Id = id;
        KeptFlags = (ushort)(flags & (RecursionDesired | CheckingDisabled));
        IsStandard = (flags & OpcodeMask) == 0;
        Questions = questions;
    }

    public ushort Id { get; }

    /// <summary>Flags that a reply repeats.</summary>
    public ushort KeptFlags { get; }

    /// <summary>Not an inverse query, a status request, an update or the like.</summary>
    public bool IsStandard { get; }

    public IReadOnlyList<DnsQuestion> Questions { get; }

    /// <summary>The first question that can be answered, as in C tor.</summary>
    public DnsQuestion? Supported => Questions.FirstOrDefault(question => question.IsSupported);

    /// <exception cref="MalformedMessageException">It is cut, no query, or a name in it is too long or goes round in circles.</exception>
    public static DnsQuery Parse(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < HeaderLength)
            throw new MalformedMessageException("A DNS query is shorter than its header.");
        ushort id = BinaryPrimitives.ReadUInt16BigEndian(packet);
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        int count = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        if ((flags & ResponseFlag) != 0)
            throw new MalformedMessageException("A DNS answer came where queries are answered.");
        if ((flags & OpcodeMask) != 0)
            return new DnsQuery(id, flags, []);
        if (count > MaxQuestions)
            throw new MalformedMessageException("A DNS query has too many questions.");
        List<DnsQuestion> questions = new(count);
        int at = HeaderLength;
        int replyAt = HeaderLength;
        for (int i = 0; i < count; i++)
        {
            string name = ReadName(packet, ref at);
            if (packet.Length - at < 4)
                throw new MalformedMessageException("A DNS question is cut.");
            questions.Add(new DnsQuestion(
                name, (DnsType)BinaryPrimitives.ReadUInt16BigEndian(packet[at..]), BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]), replyAt));
            at += 4;
            replyAt += DnsReply.NameLength(name) + 4;
        }

        return new DnsQuery(id, flags, questions);
    }

    /// <summary>The address in a name below in-addr.arpa or ip6.arpa; null when there is none. RFC 1035 §3.5, RFC 3596 §2.5.</summary>
    public static IPAddress? AddressOfReverseName(string name)
    {
        string lower = name.TrimEnd('.').ToLowerInvariant();
        string[] labels = lower.Split('.');
        Array.Reverse(labels);
        if (lower.EndsWith(".in-addr.arpa", StringComparison.Ordinal) && labels.Length == 6
            && Socks.HostName.TryParseAddress(string.Join('.', labels[2..]), out IPAddress? ipv4))
            return ipv4;
        if (!lower.EndsWith(".ip6.arpa", StringComparison.Ordinal) || labels.Length != 34 || !labels[2..].All(label => label.Length == 1 && char.IsAsciiHexDigit(label[0])))
            return null;
        return new IPAddress(Convert.FromHexString(string.Concat(labels[2..])));
    }

    /// <summary>
    /// Reads labels up to the empty one. A pointer must lead to where reading has not been yet, further in front: so there are no circles.
    /// </summary>
    private static string ReadName(ReadOnlySpan<byte> packet, ref int at)
    {
        StringBuilder name = new();
        int position = at;
        int lowest = at;
        bool hasJumped = false;
        while (true)
        {
            if (position >= packet.Length)
                throw new MalformedMessageException("A DNS name is cut.");
            int length = packet[position];
            if ((length & 0xC0) == 0xC0)
            {
                if (position + 1 >= packet.Length)
                    throw new MalformedMessageException("A DNS name is cut.");
                int target = ((length & 0x3F) << 8) | packet[position + 1];
                if (!hasJumped)
                    at = position + 2;
                hasJumped = true;
                if (target >= lowest || target < HeaderLength)
                    throw new MalformedMessageException("A DNS name goes round in circles.");
                position = lowest = target;
                continue;
            }

            position++;
            if (length == 0)
                break;
            if (length > MaxLabelLength || position + length > packet.Length || name.Length + length + 1 > MaxNameLength)
                throw new MalformedMessageException("A DNS name is cut or too long.");
            if (name.Length > 0)
                name.Append('.');
            foreach (byte b in packet.Slice(position, length))
            {
                // A dot or a NUL inside a label would be another name to everyone behind us.
                if (b is <= (byte)' ' or (byte)'.' or >= 0x7F)
                    throw new MalformedMessageException("A DNS name has a letter that names do not have.");
                name.Append((char)b);
            }

            position += length;
        }

        if (!hasJumped)
            at = position;
        return name.ToString();
    }
}
