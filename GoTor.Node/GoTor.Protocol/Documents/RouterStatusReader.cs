using System.Net;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// Collects the relays of a consensus, item by item. Made for nine thousand of them: fields are compared as bytes, and the few
/// distinct "pr" and "s" lines are parsed once and shared.
/// </summary>
internal sealed class RouterStatusReader
{
    // What one relay takes at least; the document's length bounds how many there can be.
    private const int TypicalLength = 320;

    // C tor's bandwidth for a relay whose "w" line is missing (30,000 bytes per second).
    private const uint DefaultBandwidth = 30;

    [Flags]
    private enum Seen : byte
    {
        None = 0,
        Microdescriptor = 1,
        Flags = 2,
        Version = 4,
        Protocols = 8,
        Weight = 16,
    }

    private readonly List<RouterStatus> _relays;
    private readonly TextInterner<ProtocolVersions> _protocols =
        new(text => ProtocolVersions.TryParse(text, out ProtocolVersions versions) ? versions : ProtocolVersions.None);

    private readonly TextInterner<RelayFlags> _flagLines = new(ParseFlags);

    private bool _open;
    private Seen _seen;
    private string _nickname = "";
    private RsaIdentity _identity;
    private IPEndPoint? _orPort;
    private IPEndPoint? _orPortV6;
    private RelayFlags _flags;
    private uint _bandwidth;
    private bool _unmeasured;
    private ProtocolVersions _versions = ProtocolVersions.None;
    private MicrodescriptorDigest _digest;

    public RouterStatusReader(int documentLength) => _relays = new List<RouterStatus>(documentLength / TypicalLength);

    public void Take(in DocumentItem item)
    {
        ReadOnlySpan<byte> keyword = item.Keyword;
        if (keyword.Length == 1)
        {
            switch (keyword[0])
            {
                case (byte)'r':
                    Close();
                    Open(item);
                    break;
                case (byte)'m':
                    Once(Seen.Microdescriptor);
                    TakeMicrodescriptor(item);
                    break;
                case (byte)'s':
                    Once(Seen.Flags);
                    _flags = _flagLines.Get(item.Arguments);
                    break;
                case (byte)'w':
                    Once(Seen.Weight);
                    TakeWeight(item);
                    break;
                case (byte)'v':
                    Once(Seen.Version);
                    break;
                case (byte)'a':
                    // Of several, the first IPv6 one counts. An address that we cannot read is an address that we do not use.
                    if (_orPortV6 is null && item.ReadArguments().TryRead(out ReadOnlySpan<byte> address))
                        _ = FieldText.TryParseIPv6EndPoint(address, out _orPortV6);
                    break;
            }
        }
        else if (item.Is("pr"u8))
        {
            Once(Seen.Protocols);
            _versions = _protocols.Get(item.Arguments);
        }
    }

    public IReadOnlyList<RouterStatus> Finish()
    {
        Close();
        return _relays;
    }

    private void Open(in DocumentItem item)
    {
        ArgumentReader arguments = item.ReadArguments();
        ReadOnlySpan<byte> nickname = arguments.Read();
        Span<byte> identity = stackalloc byte[RsaIdentity.Length];
        Span<byte> address = stackalloc byte[4];
        bool good = FieldText.IsNickname(nickname) && Base64Text.TryDecodeFixed(arguments.Read(), identity);
        // The time of publication, two words, says nothing any more (authorities write 2038).
        arguments.Read();
        arguments.Read();
        if (!good
            || !FieldText.TryParseIPv4(arguments.Read(), address)
            || !FieldText.TryParsePort(arguments.Read(), out ushort orPort)
            || !FieldText.TryParsePort(arguments.Read(), out _))
        {
            throw new MalformedMessageException($"The r line at byte {item.Start} of a consensus makes no sense.");
        }

        _open = true;
        _seen = Seen.None;
        _nickname = Encoding.ASCII.GetString(nickname);
        _identity = new RsaIdentity(identity);
        _orPort = new IPEndPoint(new IPAddress(address), orPort);
        _orPortV6 = null;
        _bandwidth = DefaultBandwidth;
        _unmeasured = false;
        _versions = ProtocolVersions.None;
    }

    private void Close()
    {
        if (!_open)
            return;
        if ((_seen & (Seen.Microdescriptor | Seen.Flags)) != (Seen.Microdescriptor | Seen.Flags))
            throw new MalformedMessageException("A relay of a consensus lacks its m or s line.");
        if (_relays.Count > 0 && _relays[^1].Identity.CompareTo(_identity) >= 0)
            throw new MalformedMessageException("The relays of a consensus are not sorted.");
        _relays.Add(new RouterStatus
        {
            Nickname = _nickname,
            Identity = _identity,
            OrPort = _orPort!,
            OrPortV6 = _orPortV6,
            Flags = _flags,
            Bandwidth = _bandwidth,
            Unmeasured = _unmeasured,
            Protocols = _versions,
            MicrodescriptorDigest = _digest,
        });
        _open = false;
    }

    private void Once(Seen what)
    {
        if ((_seen & what) != 0)
            throw new MalformedMessageException("A relay of a consensus has a line twice.");
        _seen |= what;
    }

    private void TakeMicrodescriptor(in DocumentItem item)
    {
        Span<byte> digest = stackalloc byte[MicrodescriptorDigest.Length];
        if (!Base64Text.TryDecodeFixed(item.ReadArguments().Read(), digest))
            throw new MalformedMessageException("A microdescriptor digest of a consensus makes no sense.");
        _digest = new MicrodescriptorDigest(digest);
    }

    private void TakeWeight(in DocumentItem item)
    {
        ArgumentReader arguments = item.ReadArguments();
        while (arguments.TryRead(out ReadOnlySpan<byte> argument))
        {
            if (argument.StartsWith("Bandwidth="u8))
            {
                if (!FieldText.TryParseUInt32(argument["Bandwidth=".Length..], out _bandwidth))
                    throw new MalformedMessageException("A bandwidth of a consensus makes no sense.");
            }
            else if (argument.SequenceEqual("Unmeasured=1"u8))
            {
                _unmeasured = true;
            }
        }
    }

    private static RelayFlags ParseFlags(string line)
    {
        // A relay that is not running or not valid has not been in a consensus since methods 4 and 24.
        RelayFlags flags = RelayFlags.Running | RelayFlags.Valid;
        string previous = "";
        foreach (string name in line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (string.CompareOrdinal(previous, name) >= 0)
                throw new MalformedMessageException("The flags of a relay are not sorted.");
            previous = name;
            flags |= name switch
            {
                "Fast" => RelayFlags.Fast,
                "Stable" => RelayFlags.Stable,
                "Guard" => RelayFlags.Guard,
                "Exit" => RelayFlags.Exit,
                "BadExit" => RelayFlags.BadExit,
                "V2Dir" => RelayFlags.V2Dir,
                "HSDir" => RelayFlags.HSDir,
                "MiddleOnly" => RelayFlags.MiddleOnly,
                "NoEdConsensus" => RelayFlags.NoEdConsensus,
                "Authority" => RelayFlags.Authority,
                "StaleDesc" => RelayFlags.StaleDesc,
                _ => RelayFlags.None,
            };
        }

        return flags;
    }
}
