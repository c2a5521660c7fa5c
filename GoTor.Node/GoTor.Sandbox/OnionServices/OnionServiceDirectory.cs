using System.Text;
using GoTor.Protocol.Documents;
using GoTor.Protocol.OnionServices;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Directories;

namespace GoTor.Sandbox.OnionServices;

/// <summary>
/// The descriptors of onion services that one relay keeps. It answers those who come through other relays only, since the others would tell it
/// who they are. Safe for concurrent use.
/// </summary>
internal sealed class OnionServiceDirectory(TimeProvider time)
{
    /// <summary>Paths that are about onion services begin with it.</summary>
    public const string Prefix = "/tor/hs/3/";

    private const string Publish = Prefix + "publish";
    private const int MaxBytes = 16 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly DescriptorShelf _shelf = new(MaxBytes);

    public int Count
    {
        get
        {
            lock (_lock)
                return _shelf.Count;
        }
    }

    /// <summary>All descriptors here that have not ended.</summary>
    public IReadOnlyList<byte[]> Descriptors
    {
        get
        {
            lock (_lock)
                return _shelf.All(time.GetUtcNow());
        }
    }

    /// <param name="isAnonymous">Whoever asks came through another relay.</param>
    public DirectoryAnswer Answer(DirectoryRequest request, bool isAnonymous)
    {
        if (!isAnonymous)
            return request.IsPost ? DirectoryAnswer.BadRequest : DirectoryAnswer.SingleHop;
        if (request.IsPost)
            return request.Path == Publish && TryStore(request.Body) ? DirectoryAnswer.Stored : DirectoryAnswer.BadRequest;
        return Find(request.Path[Prefix.Length..]) is { } descriptor
            ? DirectoryAnswer.Plainly(new PackedDocument(descriptor))
            : DirectoryAnswer.NotFound;
    }

    private bool TryStore(byte[] descriptor)
    {
        try
        {
            lock (_lock)
                _shelf.Publish(descriptor, time.GetUtcNow());
            return true;
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }

    private byte[]? Find(string base64)
    {
        Span<byte> key = stackalloc byte[Ed25519Identity.Length];
        if (!Base64Text.TryDecodeFixed(Encoding.ASCII.GetBytes(base64), key))
            return null;
        lock (_lock)
            return _shelf.Find(new Ed25519Identity(key), time.GetUtcNow());
    }
}
