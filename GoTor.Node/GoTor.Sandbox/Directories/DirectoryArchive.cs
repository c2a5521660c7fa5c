namespace GoTor.Sandbox.Directories;

/// <summary>
/// Finds what a request asks for among what the sandbox has published last. Its clients see one whole publication or the next. Safe for
/// concurrent use.
/// </summary>
internal sealed class DirectoryArchive
{
    private const string Consensus = "/tor/status-vote/current/consensus";
    private const string Certificates = "/tor/keys/";
    private const string Microdescriptors = "/tor/micro/d/";
    private const string Descriptors = "/tor/server/";

    private volatile Publication? _current;
    private int _requests;

    public Publication? Current => _current;

    /// <summary>How many requests have been answered so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public void Publish(Publication publication) => _current = publication;

    public DirectoryAnswer Answer(DirectoryRequest request)
    {
        Interlocked.Increment(ref _requests);
        if (request.IsPost)
            return DirectoryAnswer.BadRequest;
        if (_current is not { } current)
            return DirectoryAnswer.NotFound;
        string path = request.Path;
        if (path.StartsWith(Consensus, StringComparison.Ordinal))
            return AnswerConsensus(current, request, path[Consensus.Length..]);
        if (path.StartsWith(Certificates, StringComparison.Ordinal))
            return All(FindCertificates(current, path[Certificates.Length..]));
        if (path.StartsWith(Microdescriptors, StringComparison.Ordinal))
            return All(path[Microdescriptors.Length..].Split('-').Select(current.Microdescriptors.GetValueOrDefault));
        if (path.StartsWith(Descriptors, StringComparison.Ordinal))
            return All(FindDescriptors(current, path[Descriptors.Length..]));
        return DirectoryAnswer.NotFound;
    }

    private static DirectoryAnswer AnswerConsensus(Publication current, DirectoryRequest request, string rest)
    {
        string[] parts = rest.Split('/');
        PublishedConsensus? consensus = parts[0] switch
        {
            "-microdesc" => current.Microdesc,
            "" => current.Full,
            _ => null,
        };
        if (consensus is null || parts.Length > 2 || (parts.Length == 2 && !IsSignedByEnough(current, parts[1])))
            return DirectoryAnswer.NotFound;
        if (request.IfModifiedSince >= consensus.ValidAfter)
            return DirectoryAnswer.NotModified;
        foreach (string digest in request.DiffFrom)
        {
            if (consensus.DiffsFrom.TryGetValue(digest.ToUpperInvariant(), out PackedDocument? diff))
                return DirectoryAnswer.Of(diff);
        }

        return DirectoryAnswer.Of(consensus.Document);
    }

    // A client that trusts none of our authorities had better not get the consensus: more than half of those it names must have signed.
    private static bool IsSignedByEnough(Publication current, string identities)
    {
        string[] wanted = identities.Split('+');
        int signed = wanted.Count(prefix => prefix.Length >= 6
            && current.Signers.Any(signer => signer.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
        return signed * 2 > wanted.Length;
    }

    private static IEnumerable<byte[]?> FindCertificates(Publication current, string rest) => rest.Split('/') switch
    {
        ["all"] => current.Certificates.Select(certificate => certificate.Text),
        ["authority"] => current.Certificates.Take(1).Select(certificate => certificate.Text),
        ["fp", string list] => list.Split('+').Select(id => current.Certificates.FirstOrDefault(c => Is(c.Identity, id))?.Text),
        ["sk", string list] => list.Split('+').Select(id => current.Certificates.FirstOrDefault(c => Is(c.SigningKey, id))?.Text),
        ["fp-sk", string list] => list.Split('+').Select(id => current.Certificates.FirstOrDefault(c => Is($"{c.Identity}-{c.SigningKey}", id))?.Text),
        _ => [],
    };

    private static IEnumerable<byte[]?> FindDescriptors(Publication current, string rest) => rest.Split('/') switch
    {
        ["all"] => current.Descriptors.Select(descriptor => descriptor.Text),
        ["fp", string list] => list.Split('+').Select(id => current.Descriptors.FirstOrDefault(d => Is(d.Identity, id))?.Text),
        ["d", string list] => list.Split('+').Select(id => current.Descriptors.FirstOrDefault(d => Is(d.Digest, id))?.Text),
        _ => [],
    };

    private static bool Is(string known, string asked) => known.Equals(asked, StringComparison.OrdinalIgnoreCase);

    /// <summary>Those that there are, one after another.</summary>
    private static DirectoryAnswer All(IEnumerable<byte[]?> found)
    {
        byte[] text = [.. found.Where(item => item is not null).SelectMany(item => item!)];
        return text.Length == 0 ? DirectoryAnswer.NotFound : DirectoryAnswer.Of(new PackedDocument(text));
    }
}
