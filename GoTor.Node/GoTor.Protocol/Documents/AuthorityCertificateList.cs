using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// What a directory answers to <c>/tor/keys/…</c>: certificates one after another. One that is broken costs itself only.
/// </summary>
/// <param name="Certificates">Those that checked out, in their order.</param>
/// <param name="Rejected">How many parts of the text were not a good certificate.</param>
internal sealed record AuthorityCertificateList(IReadOnlyList<AuthorityCertificate> Certificates, int Rejected)
{
    /// <summary>Every certificate costs two RSA verifications, so a stranger's list is cut here; the network has about ten.</summary>
    public const int MaxCount = 128;

    public static AuthorityCertificateList Parse(ReadOnlySpan<byte> text)
    {
        List<AuthorityCertificate> good = [];
        int rejected = 0;
        int start = NextStart(text, 0);
        if (start != 0 && !text.IsEmpty)
            rejected++;
        for (int count = 0; start < text.Length && count < MaxCount; count++)
        {
            int end = NextStart(text, start + 1);
            try
            {
                good.Add(AuthorityCertificate.Parse(text[start..end]));
            }
            catch (MalformedMessageException)
            {
                rejected++;
            }

            start = end;
        }

        return new AuthorityCertificateList(good, rejected);
    }

    /// <summary>Where the next certificate begins at or after <paramref name="from"/>; the text's length when there is none.</summary>
    private static int NextStart(ReadOnlySpan<byte> text, int from)
    {
        if (from == 0 && text.StartsWith("dir-key-certificate-version "u8))
            return 0;
        int found = text[from..].IndexOf("\ndir-key-certificate-version "u8);
        return found < 0 ? text.Length : from + found + 1;
    }
}
