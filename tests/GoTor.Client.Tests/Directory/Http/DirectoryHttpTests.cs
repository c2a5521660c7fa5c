using System.IO.Pipelines;
using System.Text;
using GoTor.Client.Directory;
using GoTor.Client.Directory.Http;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Directory.Http;

public sealed class DirectoryHttpTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly Stream _stream;

    public DirectoryHttpTests() => _stream = new DuplexStream(_toClient.Reader.AsStream(), _toServer.Writer.AsStream());

    public void Dispose() => _stream.Dispose();

    // What C tor 0.4.9's client writes for a consensus, but for LZMA: dirclient.c, directory_send_command.
    [Fact]
    public void Encode_ConsensusRequest_ReadsAsCTorsDoes()
    {
        DirectoryRequest request = new()
        {
            Path = "/tor/status-vote/current/consensus-microdesc/0232AF+14C131.z",
            IfModifiedSince = new DateTimeOffset(2026, 11, 24, 11, 3, 0, TimeSpan.Zero),
            DiffFrom = Enumerable.Repeat((byte)0xAB, 32).ToArray(),
            MaxLength = 1,
        };
        Assert.Equal(
            "GET /tor/status-vote/current/consensus-microdesc/0232AF+14C131.z HTTP/1.0\r\nHost: 192.0.2.1:9001\r\n"
            + "If-Modified-Since: Tue, 24 Nov 2026 11:03:00 GMT\r\nAccept-Encoding: x-zstd, deflate, gzip, identity\r\n"
            + $"X-Or-Diff-From-Consensus: {string.Concat(Enumerable.Repeat("AB", 32))}\r\n\r\n",
            Encoding.ASCII.GetString(request.Encode("192.0.2.1:9001")));
    }

    [Fact]
    public async Task Send_AnswerWithoutLength_ReadsToTheEnd()
    {
        Task<DirectoryResponse> sent = SendAsync();
        ReadResult request = await _toServer.Reader.ReadAsync();
        Assert.StartsWith("GET /x HTTP/1.0\r\n", Encoding.ASCII.GetString(request.Buffer), StringComparison.Ordinal);
        await _toClient.Writer.WriteAsync("HTTP/1.0 200 OK\r\n\r\nab"u8.ToArray());
        await _toClient.Writer.WriteAsync("c"u8.ToArray());
        await _toClient.Writer.CompleteAsync();
        Assert.Equal("abc"u8.ToArray(), (await sent).Body.ToArray());
    }

    [Fact]
    public async Task Send_SilentServer_TimesOut()
    {
        Task<DirectoryResponse> sent = SendAsync();
        await _toServer.Reader.ReadAsync();
        _time.Advance(DirectoryTiming.Default.StallTimeout);
        await Assert.ThrowsAsync<TimeoutException>(() => sent);
    }

    [Fact]
    public async Task Send_TricklingServer_TimesOut()
    {
        TaskCompletionSource trickled = new();
        Task<DirectoryResponse> sent = SendAsync(_ => trickled.TrySetResult());
        await _toServer.Reader.ReadAsync();
        _time.Advance(DirectoryTiming.Default.StallTimeout / 2);
        await _toClient.Writer.WriteAsync("H"u8.ToArray());
        await trickled.Task;
        _time.Advance(DirectoryTiming.Default.StallTimeout / 2);
        await Assert.ThrowsAsync<TimeoutException>(() => sent);
    }

    [Fact]
    public async Task Send_SlowButSteadyServer_IsWaitedFor()
    {
        SemaphoreSlim arrived = new(0);
        Task<DirectoryResponse> sent = SendAsync(_ => arrived.Release());
        await _toServer.Reader.ReadAsync();
        await _toClient.Writer.WriteAsync("HTTP/1.0 200 OK\r\n\r\n"u8.ToArray());
        await arrived.WaitAsync();
        for (int i = 0; i < 5; i++)
        {
            _time.Advance(DirectoryTiming.Default.StallTimeout * 0.9);
            await _toClient.Writer.WriteAsync(new byte[DirectoryTiming.Default.StallBytes]);
            await arrived.WaitAsync();
        }

        await _toClient.Writer.CompleteAsync();
        Assert.Equal(5 * DirectoryTiming.Default.StallBytes, (await sent).Body.Length);
    }

    [Fact]
    public async Task Send_CallerGivesUp_IsCancelled()
    {
        using CancellationTokenSource cancel = new();
        Task<DirectoryResponse> sent = SendAsync(null, cancel.Token);
        await _toServer.Reader.ReadAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);
    }

    private Task<DirectoryResponse> SendAsync(Action<int>? progress = null, CancellationToken cancellationToken = default) =>
        new DirectoryHttp(DirectoryTiming.Default, _time).SendAsync(
            _stream, "192.0.2.1:9001", new DirectoryRequest { Path = "/x", MaxLength = 100_000 }, progress, cancellationToken);
}
