namespace GoTor.Protocol.Dns;

/// <summary>What a question asks for. RFC 1035 §3.2.2, RFC 3596.</summary>
internal enum DnsType : ushort
{
    A = 1,
    Ptr = 12,
    Aaaa = 28,
}

/// <summary>How an answer ended. RFC 1035 §4.1.1.</summary>
internal enum DnsResponseCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}

/// <summary>One question, its name as it was written: some resolvers check the case of the letters to know their answers.</summary>
/// <param name="Offset">Where its name stands in our reply.</param>
internal sealed record DnsQuestion(string Name, DnsType Type, ushort Class, int Offset)
{
    public const ushort Internet = 1;

    /// <summary>What can be answered: one address or one name, on the Internet.</summary>
    public bool IsSupported => Class == Internet && Type is DnsType.A or DnsType.Aaaa or DnsType.Ptr;

    public override string ToString() => "[scrubbed]";
}
