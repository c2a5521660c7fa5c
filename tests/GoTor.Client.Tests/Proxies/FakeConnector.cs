using System.Collections.Concurrent;
using System.Net;
using GoTor.Client.Streams;

namespace GoTor.Client.Tests.Proxies;

/// <summary>Tor as the proxies see it, played by a test.</summary>
internal sealed class FakeConnector : IStreamConnector
{
    /// <summary>By default each stream opens at once and echoes.</summary>
    public Func<StreamRequest, CancellationToken, Task<TorStream>> OnConnect { get; set; } =
        (_, _) => Task.FromResult<TorStream>(new FakeTorStream { Echoes = true });

    public Func<StreamRequest, Task<ResolveAnswer>> OnResolve { get; set; } =
        _ => Task.FromResult(new ResolveAnswer([IPAddress.Parse("192.0.2.7"), IPAddress.Parse("2001:db8::7")], null, TimeSpan.FromMinutes(1)));

    public Func<IPAddress, Task<ResolveAnswer>> OnResolveReverse { get; set; } =
        _ => Task.FromResult(new ResolveAnswer([], "host.example.com", TimeSpan.FromMinutes(1)));

    public ConcurrentQueue<StreamRequest> Requests { get; } = new();

    public Task<TorStream> ConnectAsync(StreamRequest request, CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        return OnConnect(request, cancellationToken);
    }

    public Task<ResolveAnswer> ResolveAsync(StreamRequest request, CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        return OnResolve(request);
    }

    public Task<ResolveAnswer> ResolveReverseAsync(IPAddress address, StreamRequest request, CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        return OnResolveReverse(address);
    }
}
