using System.Buffers.Binary;
using System.Net;

namespace GoTor.Protocol.Dns;

/// <summary>Writes replies: the questions again, and at most one answer. RFC 1035 §4.1.</summary>
internal static class DnsReply
{
    /// <summary>What every client takes over UDP, in bytes.</summary>
    public const int MaxUdpLength = 512;

    /// <summary>C tor's least time to live, which tells nothing about the exit's resolver.</summary>
    public static TimeSpan MinTimeToLive { get; } = TimeSpan.FromSeconds(60);

    private const ushort Response = 0x8000;
    private const ushort Truncated = 0x0200;
    private const ushort RecursionAvailable = 0x0080;

    /// <summary>A reply without an answer.</summary>
    public static byte[] Empty(DnsQuery query, DnsResponseCode code) => Write(query, code, null, [], default);

    public static byte[] Address(DnsQuery query, DnsQuestion question, IPAddress address, TimeSpan timeToLive) =>
        Write(query, DnsResponseCode.NoError, question, address.GetAddressBytes(), timeToLive);

    /// <summary>An answer to a PTR question; null when the name cannot be said in DNS.</summary>
    public static byte[]? Name(DnsQuery query, DnsQuestion question, string name, TimeSpan timeToLive)
    {
        string plain = name.TrimEnd('.');
        if (plain.Length is 0 or > 253 || plain.Split('.').Any(label => label.Length is 0 or > 63) || plain.Any(c => c is <= ' ' or >= '\x7F'))
            return null;
        byte[] encoded = new byte[NameLength(plain)];
        WriteName(encoded, plain);
        return Write(query, DnsResponseCode.NoError, question, encoded, timeToLive);
    }

    /// <summary>The reply as it can go over UDP: without answer and marked as cut when it is too long.</summary>
    public static byte[] ForUdp(DnsQuery query, byte[] reply)
    {
        if (reply.Length <= MaxUdpLength)
            return reply;
        byte[] cut = reply[..DnsQuery.HeaderLength];
        BinaryPrimitives.WriteUInt16BigEndian(cut.AsSpan(2), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(cut.AsSpan(2)) | Truncated));
        cut.AsSpan(4).Clear();
        return cut;
    }

    /// <summary>The bytes that a name takes without compression.</summary>
    public static int NameLength(string name) => name.Length == 0 ? 1 : name.Length + 2;

    private static byte[] Write(DnsQuery query, DnsResponseCode code, DnsQuestion? answered, ReadOnlySpan<byte> data, TimeSpan timeToLive)
    {
        int length = DnsQuery.HeaderLength + query.Questions.Sum(question => NameLength(question.Name) + 4);
        byte[] reply = new byte[length + (answered is null ? 0 : 12 + data.Length)];
        Span<byte> rest = reply;
        Put(ref rest, query.Id);
        Put(ref rest, (ushort)(Response | RecursionAvailable | query.KeptFlags | (int)code));
        Put(ref rest, (ushort)query.Questions.Count);
        Put(ref rest, (ushort)(answered is null ? 0 : 1));
        rest = rest[4..];
        foreach (DnsQuestion question in query.Questions)
        {
            rest = rest[WriteName(rest, question.Name)..];
            Put(ref rest, (ushort)question.Type);
            Put(ref rest, question.Class);
        }

        if (answered is null)
            return reply;
        Put(ref rest, (ushort)(0xC000 | answered.Offset));
        Put(ref rest, (ushort)answered.Type);
        Put(ref rest, answered.Class);
        BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)(timeToLive < MinTimeToLive ? MinTimeToLive : timeToLive).TotalSeconds);
        rest = rest[4..];
        Put(ref rest, (ushort)data.Length);
        data.CopyTo(rest);
        return reply;
    }

    private static int WriteName(Span<byte> destination, string name)
    {
        int at = 0;
        if (name.Length > 0)
        {
            foreach (string label in name.Split('.'))
            {
                destination[at++] = (byte)label.Length;
                foreach (char c in label)
                    destination[at++] = (byte)c;
            }
        }

        destination[at++] = 0;
        return at;
    }

    private static void Put(ref Span<byte> rest, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, value);
        rest = rest[2..];
    }
}
