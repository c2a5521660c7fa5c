using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>A microdescriptor with the place where its text stands in what was parsed.</summary>
/// <param name="Start">In bytes, of the text whose SHA-256 is the digest; annotations stand before it.</param>
/// <param name="LastListed">From a cache file: when a consensus last named it. Null from the network.</param>
internal readonly record struct MicrodescriptorEntry(
    Microdescriptor Microdescriptor, int Start, int Length, DateTimeOffset? LastListed = null);

/// <summary>What a text of concatenated microdescriptors held.</summary>
/// <param name="Rejected">Digests of the parts that could not be used; no use asking for them again.</param>
internal sealed record MicrodescriptorList(IReadOnlyList<MicrodescriptorEntry> Entries, IReadOnlyList<MicrodescriptorDigest> Rejected);

/// <summary>
/// Reads microdescriptors. dir-spec §3.3. Remembers exit policies and families, so that equal ones are one object over the life of
/// a parser. One caller at a time.
/// </summary>
internal sealed class MicrodescriptorParser
{
    /// <summary>The longest real ones, with a large family, have some 20 kB.</summary>
    public const int MaxLength = 128 * 1024;

    /// <summary>Two keys, each on its line, and the line before them.</summary>
    private const int MinLength = 100;

    /// <summary>After so many bad parts the rest of a text is not worth our time: somebody is wasting it.</summary>
    internal const int MaxRejected = 1000;

    private readonly TextInterner<ExitPolicySummary> _policies = new(text => ExitPolicySummary.Parse(text));
    private readonly SharedFamilies _families = new();

    /// <summary>
    /// Reads what a directory sent: microdescriptors without annotations, one after another. Stops after a thousand bad ones.
    /// </summary>
    public MicrodescriptorList Parse(ReadOnlySpan<byte> text)
    {
        List<MicrodescriptorEntry> entries = [];
        List<MicrodescriptorDigest> rejected = [];
        // What stands before the first one is itself one that went wrong.
        int start = 0;
        while (start < text.Length && rejected.Count < MaxRejected)
        {
            int end = EndOf(text, start);
            ReadOnlySpan<byte> part = text[start..end];
            if (TryParseOne(part, out Microdescriptor? microdescriptor))
                entries.Add(new MicrodescriptorEntry(microdescriptor, start, part.Length));
            else
                rejected.Add(new MicrodescriptorDigest(SHA256.HashData(part)));
            start = end;
        }

        return new MicrodescriptorList(entries, rejected);
    }

    /// <summary>False instead of an exception: one bad entry is to be skipped.</summary>
    public bool TryParseOne(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Microdescriptor? microdescriptor)
    {
        try
        {
            microdescriptor = ParseOne(text);
            return true;
        }
        catch (MalformedMessageException)
        {
            microdescriptor = null;
            return false;
        }
    }

    /// <exception cref="MalformedMessageException">Not one whole microdescriptor with an ntor key and an Ed25519 identity.</exception>
    public Microdescriptor ParseOne(ReadOnlySpan<byte> text)
    {
        if (text.Length is < MinLength or > MaxLength)
            throw new MalformedMessageException($"A microdescriptor does not have {text.Length} bytes.");
        byte[]? ntor = null;
        Ed25519Identity? identity = null;
        RsaIdentity[]? family = null;
        string[]? familyIds = null;
        ExitPolicySummary? policy = null;
        ExitPolicySummary? policyV6 = null;
        var reader = new DocumentReader(text);
        while (reader.TryRead(out DocumentItem item))
        {
            // The old TAP key under onion-key is not looked at, nor missed (proposal 350).
            if (item.Start == 0 != item.Is("onion-key"u8))
                throw new MalformedMessageException("A microdescriptor begins with onion-key, and only there.");
            if (item.Is("ntor-onion-key"u8))
                Once(ref ntor, ReadKey(item.ReadArguments().Read()));
            else if (item.Is("id"u8))
                ReadIdentity(item, ref identity);
            else if (item.Is("family"u8))
                Once(ref family, _families.Share(ReadFamily(item)));
            else if (item.Is("family-ids"u8))
                Once(ref familyIds, ReadFamilyIds(item));
            else if (item.Is("p"u8))
                Once(ref policy, _policies.Get(item.Arguments));
            else if (item.Is("p6"u8))
                Once(ref policyV6, _policies.Get(item.Arguments));
        }

        return new Microdescriptor
        {
            Digest = new MicrodescriptorDigest(SHA256.HashData(text)),
            NtorOnionKey = ntor ?? throw new MalformedMessageException("A microdescriptor without an ntor key."),
            Ed25519Identity = identity ?? throw new MalformedMessageException("A microdescriptor without an Ed25519 identity."),
            ExitPolicy = policy ?? ExitPolicySummary.RejectAll,
            ExitPolicyV6 = policyV6 ?? ExitPolicySummary.RejectAll,
            Family = family ?? [],
            FamilyIds = familyIds ?? [],
        };
    }

    /// <summary>Where the part that begins at <paramref name="start"/> ends: before the next onion-key line.</summary>
    internal static int EndOf(ReadOnlySpan<byte> text, int start)
    {
        int found = start + 1 < text.Length ? text[start..].IndexOf("\nonion-key"u8) : -1;
        return found < 0 ? text.Length : start + found + 1;
    }

    private static byte[] ReadKey(ReadOnlySpan<byte> base64)
    {
        byte[] key = new byte[32];
        return Base64Text.TryDecodeFixed(base64, key) ? key : throw new MalformedMessageException("Not a key in a microdescriptor.");
    }

    private static void ReadIdentity(in DocumentItem item, ref Ed25519Identity? identity)
    {
        ArgumentReader arguments = item.ReadArguments();
        if (!arguments.Read().SequenceEqual("ed25519"u8))
            return; // rsa1024, and what may come.
        Once(ref identity, new Ed25519Identity(ReadKey(arguments.Read())));
    }

    /// <summary>Fingerprints, sorted. Nicknames are left out: they name nobody in particular.</summary>
    private static RsaIdentity[] ReadFamily(in DocumentItem item)
    {
        List<RsaIdentity> members = [];
        ArgumentReader arguments = item.ReadArguments();
        while (arguments.TryRead(out ReadOnlySpan<byte> member))
        {
            if (member is not [(byte)'$', ..])
                continue;
            ReadOnlySpan<byte> hex = member[1..];
            int name = hex.IndexOfAny((byte)'=', (byte)'~');
            if (FieldText.TryParseHexIdentity(name < 0 ? hex : hex[..name], out RsaIdentity identity))
                members.Add(identity);
        }

        members.Sort();
        return [.. members];
    }

    private static string[] ReadFamilyIds(in DocumentItem item)
    {
        List<string> ids = [];
        ArgumentReader arguments = item.ReadArguments();
        while (arguments.TryRead(out ReadOnlySpan<byte> id))
            ids.Add(Encoding.UTF8.GetString(id));
        return [.. ids];
    }

    private static void Once<T>(ref T? field, T value)
    {
        if (field is not null)
            throw new MalformedMessageException("A microdescriptor says something twice.");
        field = value;
    }

    /// <summary>Equal families once: members of a family mostly list the same relays.</summary>
    private sealed class SharedFamilies : IEqualityComparer<RsaIdentity[]>
    {
        private const int MaxCount = 16_384;
        private readonly HashSet<RsaIdentity[]> _known;

        public SharedFamilies() => _known = new HashSet<RsaIdentity[]>(this);

        public RsaIdentity[] Share(RsaIdentity[] family)
        {
            if (_known.TryGetValue(family, out RsaIdentity[]? known))
                return known;
            if (_known.Count < MaxCount)
                _known.Add(family);
            return family;
        }

        public bool Equals(RsaIdentity[]? x, RsaIdentity[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(RsaIdentity[] obj)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(obj.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
