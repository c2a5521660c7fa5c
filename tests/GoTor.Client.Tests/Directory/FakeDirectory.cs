using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using GoTor.Client.Directory;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Documents;

namespace GoTor.Client.Tests.Directory;

/// <summary>One request that a server of ours got.</summary>
internal sealed record SeenRequest(DirectoryServer Server, string Head)
{
    public string Path => Head.Split(' ')[1];

    public bool IsConsensus => Path.StartsWith("/tor/status-vote/", StringComparison.Ordinal);

    public bool IsCertificates => Path.StartsWith("/tor/keys/", StringComparison.Ordinal);

    public bool IsMicrodescriptors => Path.StartsWith("/tor/micro/", StringComparison.Ordinal);

    public string[] Digests => Path["/tor/micro/d/".Length..^2].Split('-');
}

/// <summary>
/// Serves a <see cref="TestNetwork"/> in memory, whichever server is asked. Tests put themselves in front with <see cref="Intercept"/>.
/// </summary>
internal sealed class FakeDirectory : IDirectoryConnector
{
    private readonly ConcurrentQueue<SeenRequest> _requests = new();

    public required TestNetwork Network { get; set; }

    /// <summary>Answers instead of the network: a whole HTTP answer, or null to let the network answer. May block or throw.</summary>
    public Func<SeenRequest, Task<byte[]?>>? Intercept { get; set; }

    /// <summary>Decides whether a server can be reached.</summary>
    public Func<DirectoryServer, bool> IsReachable { get; set; } = _ => true;

    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    public int Connections => _connections;

    private int _connections;
    private int _stuck;

    /// <summary>Requests whose answer <see cref="Intercept"/> holds back.</summary>
    public int Stuck => Volatile.Read(ref _stuck);

    public Task<Stream> OpenAsync(DirectoryServer server, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _connections);
        if (!IsReachable(server))
            return Task.FromException<Stream>(new TorException(TorErrorKind.RelayUnreachable, "down"));
        return Task.FromResult<Stream>(new Exchange(this, server));
    }

    public static byte[] Answer(string status, byte[] body, string encoding = "identity") =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.0 {status}\r\nContent-Encoding: {encoding}\r\n\r\n"), .. body];

    public static byte[] Ok(string text) => Answer("200 OK", Encoding.ASCII.GetBytes(text));

    public static byte[] Packed(string text)
    {
        MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Fastest))
            stream.Write(Encoding.ASCII.GetBytes(text));
        return Answer("200 OK", packed.ToArray(), "deflate");
    }

    public static byte[] Status(string status) => Answer(status, []);

    private byte[] AnswerOf(SeenRequest request)
    {
        if (request.IsConsensus)
            return Packed(Network.Consensus);
        if (request.IsCertificates)
        {
            string found = string.Concat(Network.Signers.Where(authority => request.Path.Contains(authority.Identity.ToString(), StringComparison.Ordinal))
                .Select(Network.CertificateOf));
            return found.Length > 0 ? Packed(found) : Status("404 Not found");
        }

        HashSet<string> wanted = [.. request.Digests];
        string bodies = string.Concat(Enumerable.Range(0, Network.Relays)
            .Where(relay => wanted.Contains(Network.DigestOf(relay).ToString()))
            .Select(Network.MicrodescriptorOf));
        return bodies.Length > 0 ? Packed(bodies) : Status("404 Not found");
    }

    /// <summary>One stream: takes a request, then gives its answer and ends.</summary>
    private sealed class Exchange(FakeDirectory directory, DirectoryServer server) : Stream
    {
        private readonly StringBuilder _head = new();
        private Task<byte[]>? _answer;
        private int _position;
        private bool _isStuck;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            _head.Append(Encoding.ASCII.GetString(buffer, offset, count));
            if (!_head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                return;
            SeenRequest request = new(server, _head.ToString());
            directory._requests.Enqueue(request);
            _answer = AnswerAsync(request);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.ToArray(), 0, buffer.Length);
            return ValueTask.CompletedTask;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            byte[] answer = await _answer!.WaitAsync(cancellationToken);
            int count = Math.Min(buffer.Length, answer.Length - _position);
            answer.AsSpan(_position, count).CopyTo(buffer.Span);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (_isStuck)
                Interlocked.Decrement(ref directory._stuck);
            _isStuck = false;
            base.Dispose(disposing);
        }

        private async Task<byte[]> AnswerAsync(SeenRequest request)
        {
            if (directory.Intercept is not { } intercept)
                return directory.AnswerOf(request);
            Task<byte[]?> answer = intercept(request);
            if (!answer.IsCompleted)
            {
                _isStuck = true;
                Interlocked.Increment(ref directory._stuck);
            }

            return await answer ?? directory.AnswerOf(request);
        }
    }
}
