using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// Reads a microdesc consensus in one pass: header, relays, footer, signatures, in that order. Any mistake refuses the whole
/// document, for the authorities sign it as a whole.
/// </summary>
internal static class ConsensusParser
{
    private enum Section
    {
        Header,
        Relays,
        Footer,
        Signatures,
    }

    public static Consensus Parse(ReadOnlySpan<byte> text)
    {
        var reader = new DocumentReader(text);
        var header = new ConsensusHeader();
        var relays = new RouterStatusReader(text.Length);
        var footer = new ConsensusFooter();
        Section section = Section.Header;
        while (reader.TryRead(out DocumentItem item))
        {
            section = Next(section, item);
            switch (section)
            {
                case Section.Header:
                    header.Take(item);
                    break;
                case Section.Relays:
                    relays.Take(item);
                    break;
                default:
                    footer.Take(item);
                    break;
            }
        }

        IReadOnlyList<RouterStatus> list = relays.Finish();
        footer.ExpectComplete();
        ReadOnlySpan<byte> signed = text[..footer.SignedLength];
        return header.Build(
            list,
            footer,
            footer.Uses(SignatureAlgorithm.Sha1) ? SHA1.HashData(signed) : [],
            footer.Uses(SignatureAlgorithm.Sha256) ? SHA256.HashData(signed) : []);
    }

    private static Section Next(Section section, in DocumentItem item)
    {
        if (item.Keyword is [(byte)'r'] && section <= Section.Relays)
            return Section.Relays;
        if (item.Keyword[0] == (byte)'d')
        {
            if (item.Is("directory-footer"u8))
                return section <= Section.Relays ? Section.Footer : throw OutOfPlace(item);
            if (item.Is("directory-signature"u8))
                return section >= Section.Footer ? Section.Signatures : throw OutOfPlace(item);
        }

        return section == Section.Signatures ? throw OutOfPlace(item) : section;
    }

    private static MalformedMessageException OutOfPlace(in DocumentItem item) =>
        new($"Item {item.KeywordText} is out of place in a consensus.");
}
