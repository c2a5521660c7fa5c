using System.Buffers;
using GoTor.Client.Directory.Cache;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.AuthorityCertificates;

/// <summary>The certificates of the authorities that we trust; those of others are nothing to us. Owned by the directory loop.</summary>
internal sealed class CertificateKeeper(IReadOnlyCollection<RsaIdentity> authorities, DirectoryCache cache)
{
    /// <summary>An authority changes its signing key every few months, and we look back days.</summary>
    private const int MaxPerAuthority = 8;

    private readonly Dictionary<AuthorityCertificateId, AuthorityCertificate> _certificates = [];

    public IReadOnlyCollection<AuthorityCertificate> All => _certificates.Values;

    public bool Contains(AuthorityCertificateId id) => _certificates.ContainsKey(id);

    /// <summary>Whether any certificate of the authority is good now.</summary>
    public bool HasCurrent(RsaIdentity authority, DateTimeOffset now) =>
        _certificates.Values.Any(certificate => certificate.Identity == authority && !certificate.IsExpired(now));

    public void Load()
    {
        if (cache.Read(DirectoryCache.Certificates) is not { IsEmpty: false } text)
            return;
        AuthorityCertificateList list = AuthorityCertificateList.Parse(text.Span);
        Take(list);
        if (list.Rejected > 0)
            cache.SetAside(DirectoryCache.Certificates);
        if (list.Rejected > 0 && _certificates.Count > 0)
            Save();
    }

    /// <summary>Takes what a server sent.</summary>
    /// <returns>The new ones of authorities that we trust.</returns>
    public IReadOnlyList<AuthorityCertificate> Add(ReadOnlySpan<byte> text)
    {
        IReadOnlyList<AuthorityCertificate> added = Take(AuthorityCertificateList.Parse(text));
        if (added.Count > 0)
            Save();
        return added;
    }

    private List<AuthorityCertificate> Take(AuthorityCertificateList list)
    {
        List<AuthorityCertificate> added = [];
        foreach (AuthorityCertificate certificate in list.Certificates)
        {
            if (!authorities.Contains(certificate.Identity)
                || (_certificates.TryGetValue(certificate.Id, out AuthorityCertificate? known) && known.Published >= certificate.Published))
                continue;
            _certificates[certificate.Id] = certificate;
            added.Add(certificate);
            AuthorityCertificate[] ofAuthority = [.. _certificates.Values.Where(other => other.Identity == certificate.Identity)];
            if (ofAuthority.Length > MaxPerAuthority)
                _certificates.Remove(ofAuthority.MinBy(other => other.Published)!.Id);
        }

        return added;
    }

    private void Save()
    {
        ArrayBufferWriter<byte> text = new();
        foreach (AuthorityCertificate certificate in _certificates.Values)
            text.Write(certificate.Text.Span);
        cache.Write(DirectoryCache.Certificates, text.WrittenMemory);
    }
}
