using System.Net;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// Collects the items before the first relay of a consensus. Items that we do not know are skipped; known ones come once.
/// </summary>
internal sealed class ConsensusHeader
{
    private const int MaxSources = 64;
    private static readonly string[] Required =
        ["vote-status", "valid-after", "fresh-until", "valid-until", "voting-delay", "known-flags"];

    private readonly HashSet<string> _seen = [];
    private readonly List<DirectorySource> _sources = [];
    private DateTimeOffset _validAfter;
    private DateTimeOffset _freshUntil;
    private DateTimeOffset _validUntil;
    private int _method = 1;
    private (int Vote, int Distribution) _delay;
    private string _clientVersions = "";
    private IReadOnlyList<string> _knownFlags = [];
    private IReadOnlyDictionary<string, int> _parameters = new Dictionary<string, int>();
    private ProtocolVersions _requiredClient = ProtocolVersions.None;
    private ProtocolVersions _recommendedClient = ProtocolVersions.None;
    private ProtocolVersions _requiredRelay = ProtocolVersions.None;
    private ProtocolVersions _recommendedRelay = ProtocolVersions.None;
    private SharedRandomValue? _previousRandom;
    private SharedRandomValue? _currentRandom;

    public void Take(in DocumentItem item)
    {
        string keyword = item.KeywordText;
        if (item.Start == 0 != (keyword == "network-status-version"))
            throw new MalformedMessageException("A consensus begins with its version, and only there.");
        switch (keyword)
        {
            case "network-status-version":
                ArgumentReader version = item.ReadArguments();
                if (!version.Read().SequenceEqual("3"u8) || !version.Read().SequenceEqual("microdesc"u8))
                    throw new MalformedMessageException("Not a version 3 consensus of the microdesc flavor.");
                break;
            case "vote-status":
                if (!item.ReadArguments().Read().SequenceEqual("consensus"u8))
                    throw new MalformedMessageException("A vote is not a consensus.");
                break;
            case "consensus-method":
                if (!FieldText.TryParseInt32(item.ReadArguments().Read(), out _method) || _method < 1)
                    throw Bad(keyword);
                break;
            case "valid-after":
                _validAfter = FieldText.ParseTime(item.Arguments);
                break;
            case "fresh-until":
                _freshUntil = FieldText.ParseTime(item.Arguments);
                break;
            case "valid-until":
                _validUntil = FieldText.ParseTime(item.Arguments);
                break;
            case "voting-delay":
                ArgumentReader delay = item.ReadArguments();
                _delay = (ReadCount(delay.Read(), keyword), ReadCount(delay.Read(), keyword));
                break;
            case "client-versions":
                _clientVersions = Encoding.UTF8.GetString(item.Arguments).Trim();
                break;
            case "known-flags":
                _knownFlags = ReadFlags(item);
                break;
            case "params":
                _parameters = ReadNumbers(item, sorted: true);
                break;
            case "required-client-protocols":
                _requiredClient = ReadProtocols(item);
                break;
            case "recommended-client-protocols":
                _recommendedClient = ReadProtocols(item);
                break;
            case "required-relay-protocols":
                _requiredRelay = ReadProtocols(item);
                break;
            case "recommended-relay-protocols":
                _recommendedRelay = ReadProtocols(item);
                break;
            case "shared-rand-previous-value":
                _previousRandom = ReadSharedRandom(item);
                break;
            case "shared-rand-current-value":
                _currentRandom = ReadSharedRandom(item);
                break;
            case "dir-source":
                _sources.Add(ReadSource(item));
                return;
            default:
                return;
        }

        if (!_seen.Add(keyword))
            throw new MalformedMessageException($"A consensus says {keyword} twice.");
    }

    public Consensus Build(IReadOnlyList<RouterStatus> relays, ConsensusFooter footer, byte[] sha1, byte[] sha256)
    {
        foreach (string needed in Required)
        {
            if (!_seen.Contains(needed))
                throw new MalformedMessageException($"A consensus lacks {needed}.");
        }

        if (_sources.Count is 0 or > MaxSources)
            throw new MalformedMessageException($"A consensus of {_sources.Count} authorities.");
        if (_validAfter >= _freshUntil || _freshUntil > _validUntil)
            throw new MalformedMessageException("The times of a consensus are not in order.");
        return new Consensus
        {
            Method = _method,
            Lifetime = new ConsensusLifetime(_validAfter, _freshUntil, _validUntil),
            VotingDelay = _delay,
            ClientVersions = _clientVersions,
            KnownFlags = _knownFlags,
            RequiredClientProtocols = _requiredClient,
            RecommendedClientProtocols = _recommendedClient,
            RequiredRelayProtocols = _requiredRelay,
            RecommendedRelayProtocols = _recommendedRelay,
            Parameters = _parameters,
            PreviousSharedRandom = _previousRandom,
            CurrentSharedRandom = _currentRandom,
            Sources = _sources,
            Relays = relays,
            BandwidthWeights = footer.BandwidthWeights,
            Signatures = footer.Signatures,
            SignedLength = footer.SignedLength,
            SignedSha1 = sha1,
            SignedSha256 = sha256,
        };
    }

    /// <summary>Reads <c>name=number</c> arguments, each name once.</summary>
    /// <param name="sorted">The spec wants them in order, and C tor refuses them otherwise.</param>
    internal static Dictionary<string, int> ReadNumbers(in DocumentItem item, bool sorted)
    {
        Dictionary<string, int> values = [];
        ArgumentReader arguments = item.ReadArguments();
        ReadOnlySpan<byte> previous = default;
        while (arguments.TryRead(out ReadOnlySpan<byte> argument))
        {
            int equals = argument.IndexOf((byte)'=');
            if (equals < 1
                || !FieldText.TryParseInt32(argument[(equals + 1)..], out int value)
                || !values.TryAdd(Encoding.UTF8.GetString(argument[..equals]), value)
                || (sorted && previous.SequenceCompareTo(argument) >= 0))
            {
                throw Bad(item.KeywordText);
            }

            previous = argument;
        }

        return values;
    }

    private static List<string> ReadFlags(in DocumentItem item)
    {
        List<string> flags = [];
        ArgumentReader arguments = item.ReadArguments();
        while (arguments.TryRead(out ReadOnlySpan<byte> argument))
        {
            string flag = Encoding.UTF8.GetString(argument);
            if (flags.Count > 0 && string.CompareOrdinal(flags[^1], flag) >= 0)
                throw Bad("known-flags");
            flags.Add(flag);
        }

        return flags;
    }

    private static ProtocolVersions ReadProtocols(in DocumentItem item) =>
        ProtocolVersions.TryParse(Encoding.Latin1.GetString(item.Arguments), out ProtocolVersions versions)
            ? versions
            : throw Bad(item.KeywordText);

    private static int ReadCount(ReadOnlySpan<byte> text, string keyword) =>
        FieldText.TryParseInt32(text, out int count) && count >= 0 ? count : throw Bad(keyword);

    private static SharedRandomValue ReadSharedRandom(in DocumentItem item)
    {
        ArgumentReader arguments = item.ReadArguments();
        byte[] value = new byte[SharedRandomValue.Length];
        int reveals = ReadCount(arguments.Read(), item.KeywordText);
        return Base64Text.TryDecodeFixed(arguments.Read(), value) ? new SharedRandomValue(reveals, value) : throw Bad(item.KeywordText);
    }

    private static DirectorySource ReadSource(in DocumentItem item)
    {
        ArgumentReader arguments = item.ReadArguments();
        string nickname = Encoding.UTF8.GetString(arguments.Read());
        Span<byte> address = stackalloc byte[4];
        if (!FieldText.TryParseHexIdentity(arguments.Read(), out RsaIdentity identity)
            || arguments.Read().IsEmpty // The host name: the address that follows says the same better.
            || !FieldText.TryParseIPv4(arguments.Read(), address)
            || !FieldText.TryParsePort(arguments.Read(), out ushort dirPort)
            || !FieldText.TryParsePort(arguments.Read(), out ushort orPort))
        {
            throw Bad("dir-source");
        }

        return new DirectorySource(nickname, identity, new IPAddress(address), dirPort, orPort);
    }

    private static MalformedMessageException Bad(string keyword) => new($"A consensus has a {keyword} that makes no sense.");
}
