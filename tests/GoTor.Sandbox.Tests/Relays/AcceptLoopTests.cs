using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using GoTor.Sandbox.Links;
using GoTor.Testing.PrivateNetwork;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Sandbox.Tests.Relays;

public sealed class AcceptLoopTests
{
    [Fact]
    public async Task Accept_ThatFails_IsTriedAgain_AfterAPause()
    {
        var time = new FakeTimeProvider();
        using var stopping = new CancellationTokenSource();
        var listener = new FailingListener(failures: 3);
        ConcurrentQueue<Exception> failures = [];

        Task loop = AcceptLoop.RunAsync(listener.AcceptAsync, listener.Served.SetResult, failures.Enqueue, time, stopping.Token);
        Assert.Single(failures);
        Assert.False(listener.Served.Task.IsCompleted);
        await Wait.UntilAsync(
            () =>
            {
                time.Advance(AcceptLoop.Pause);
                return listener.Served.Task.IsCompleted;
            },
            SandboxFixture.Patience,
            () => "The connection is not served.");

        Assert.Equal(3, failures.Count);
        Assert.Same(listener.Socket, await listener.Served.Task.WaitAsync(SandboxFixture.Patience));
        await stopping.CancelAsync();
        await loop.WaitAsync(SandboxFixture.Patience);
    }

    [Fact]
    public async Task Loop_ToldToStop_EndsWithoutAWord_AlsoInAPause()
    {
        using var stopping = new CancellationTokenSource();
        var listener = new FailingListener(failures: int.MaxValue);
        ConcurrentQueue<Exception> failures = [];
        Task loop = AcceptLoop.RunAsync(listener.AcceptAsync, listener.Served.SetResult, failures.Enqueue, new FakeTimeProvider(), stopping.Token);

        await stopping.CancelAsync();

        await loop.WaitAsync(SandboxFixture.Patience);
        Assert.Single(failures);
    }

    [Fact]
    public async Task Loop_ThatWaits_EndsWhenToldTo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stopping = new CancellationTokenSource();
        ConcurrentQueue<Exception> failures = [];
        Task loop = AcceptLoop.RunAsync(listener.AcceptSocketAsync, _ => { }, failures.Enqueue, TimeProvider.System, stopping.Token);

        await stopping.CancelAsync();

        await loop.WaitAsync(SandboxFixture.Patience);
        Assert.Empty(failures);
    }

    /// <summary>Fails so often as if there were no file descriptors, then has one connection, and no other.</summary>
    private sealed class FailingListener(int failures)
    {
        private int _left = failures;

        public Socket Socket { get; } = new(SocketType.Stream, ProtocolType.Tcp);

        public TaskCompletionSource<Socket> Served { get; } = new();

        public async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken)
        {
            if (_left-- > 0)
                throw new SocketException((int)SocketError.TooManyOpenSockets);
            if (Served.Task.IsCompleted)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return Socket;
        }
    }
}
