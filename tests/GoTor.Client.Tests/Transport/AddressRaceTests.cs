using System.Net;
using System.Net.Sockets;
using GoTor.Client.Transport;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Transport;

public sealed class AddressRaceTests
{
    private static readonly IPEndPoint First = IPEndPoint.Parse("192.0.2.1:1");
    private static readonly IPEndPoint Second = IPEndPoint.Parse("[2001:db8::2]:2");

    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<IPEndPoint, TaskCompletionSource<Connection>> _dials = new()
    {
        [First] = new(), [Second] = new(),
    };

    private readonly List<IPEndPoint> _dialled = [];

    [Fact]
    public async Task First_ThatAnswersInTime_IsAlone()
    {
        Task<Connection> race = Run();
        var connection = new Connection();
        _dials[First].SetResult(connection);

        Assert.Same(connection, await race);
        Assert.Equal([First], _dialled);
    }

    [Fact]
    public async Task Second_AfterAQuarterSecond_MayWin()
    {
        Task<Connection> race = Run();
        Assert.Equal([First], _dialled);
        _time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal([First], _dialled);
        await AdvanceUntilDialled(Second);
        var connection = new Connection();
        _dials[Second].SetResult(connection);

        // The loser connects as well, too late: it is closed.
        Assert.True(_dials[First].TrySetResult(new Connection()) || _dials[First].Task.IsCanceled);
        Assert.Same(connection, await race);
        Assert.False(connection.IsDisposed);
        Assert.True(_dials[First].Task.IsCanceled || (await _dials[First].Task).IsDisposed);
    }

    [Fact]
    public async Task Second_AfterTheFirstHasFailed_IsTriedAtOnce()
    {
        Task<Connection> race = Run();
        _dials[First].SetException(new SocketException((int)SocketError.ConnectionRefused));
        var connection = new Connection();
        _dials[Second].SetResult(connection);

        Assert.Same(connection, await race);
    }

    [Fact]
    public async Task All_Failed_IsAFailureWithEveryReason()
    {
        Task<Connection> race = Run();
        _dials[First].SetException(new SocketException((int)SocketError.ConnectionRefused));
        _dials[Second].SetException(new SocketException((int)SocketError.NetworkUnreachable));

        AggregateException e = await Assert.ThrowsAsync<AggregateException>(() => race);
        Assert.Equal(2, e.InnerExceptions.Count);
    }

    [Fact]
    public async Task Race_Cancelled_EndsAndClosesWhatConnectsLate()
    {
        using var stop = new CancellationTokenSource();
        Task<Connection> race = Run(stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race);
        Assert.True(_dials[First].Task.IsCanceled);
    }

    private Task<Connection> Run(CancellationToken cancellationToken = default) =>
        AddressRace.RunAsync([First, Second], DialAsync, _time, cancellationToken);

    private async Task<Connection> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        lock (_dialled)
            _dialled.Add(address);
        await using CancellationTokenRegistration _ = cancellationToken.Register(() => _dials[address].TrySetCanceled(cancellationToken));
        return await _dials[address].Task;
    }

    private async Task AdvanceUntilDialled(IPEndPoint address)
    {
        _time.Advance(TimeSpan.FromMilliseconds(1));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            lock (_dialled)
            {
                if (_dialled.Contains(address))
                    return;
            }

            await Task.Delay(1, deadline.Token);
        }
    }

    private sealed class Connection : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
