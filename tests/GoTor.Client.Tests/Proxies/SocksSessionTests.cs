using System.Net.Sockets;
using System.Text;
using GoTor.Client.Proxies;
using GoTor.Client.Streams;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Tests.Proxies;

/// <summary>The life of a connection: what is early, what is late, and who leaves first.</summary>
public sealed class SocksSessionTests
{
    private const string Succeeded5 = "0500" + "05000001000000000000";

    [Fact]
    public async Task EarlyData_ConversationCutAnywhere_ArrivesExactly()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        string conversation = "\x05\x01\x02" + "\x01\x01u\x01p" + Application.Connect5("example.com")[3..] + "GET / HTTP/1.0\r\n\r\n";
        string expected = Encoding.Latin1.GetString(Convert.FromHexString("0502" + "0100" + "05000001000000000000")) + "GET / HTTP/1.0\r\n\r\n";
        for (int cut = 0; cut <= conversation.Length; cut++)
        {
            using Application application = await harness.ConnectAsync(conversation[..cut]);
            await application.SendAsync(conversation[cut..]);
            Assert.Equal(expected, await application.ReadAsync(expected.Length));
        }
    }

    [Fact]
    public async Task EarlyData_ConnectorTakesPartOfIt_RestFollowsOnce()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        FakeTorStream stream = new();
        TaskCompletionSource<TorStream> connected = new();
        harness.Tor.OnConnect = (_, token) => connected.Task.WaitAsync(token);
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com") + "abc");
        await SocksHarness.EventuallyAsync(() => !harness.Tor.Requests.IsEmpty);
        OptimisticData early = harness.Tor.Requests.Single().OptimisticData!;
        await application.SendAsync("defgh");
        await SocksHarness.EventuallyAsync(() => early.Length == 8);
        await stream.WriteAsync(early.From(0).AsMemory(0, 5));
        early.Sent = 5;
        connected.SetResult(stream);
        Assert.Equal(Succeeded5, await application.ReadReplyAsync());
        await application.SendAsync("ijk");
        await SocksHarness.EventuallyAsync(() => stream.WrittenLength >= 11);
        Assert.Equal("abcdefghijk", Encoding.ASCII.GetString(stream.Written));
    }

    [Fact]
    public async Task EarlyData_FiftyMegabytes_ReadingStopsAtTheLimitAndNothingIsLost()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        FakeTorStream stream = new();
        TaskCompletionSource<TorStream> connected = new();
        harness.Tor.OnConnect = (_, token) => connected.Task.WaitAsync(token);
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
        byte[] flood = new byte[50_000_000];
        new Random(1).NextBytes(flood);
        Task sending = Task.Run(async () =>
        {
            for (int sent = 0; sent < flood.Length;)
                sent += await application.Socket.SendAsync(flood.AsMemory(sent));
        });
        await SocksHarness.EventuallyAsync(() => !harness.Tor.Requests.IsEmpty);
        OptimisticData early = harness.Tor.Requests.Single().OptimisticData!;
        await SocksHarness.EventuallyAsync(() => early.Length == OptimisticData.Limit);
        Assert.False(sending.IsCompleted);

        connected.SetResult(stream);
        await sending;
        await SocksHarness.EventuallyAsync(() => stream.WrittenLength == flood.Length);
        Assert.Equal(OptimisticData.Limit, early.Length);
        Assert.True(flood.AsSpan().SequenceEqual(stream.Written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\x05")]
    [InlineData("\x05\x01\0")]
    [InlineData("\x04\x01\0\x50\x05\x06\x07\x08user")]
    public async Task Handshake_NeverFinished_ClosedAfterSocksTimeout(string start)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        using Application application = await harness.ConnectAsync(start);
        if (start.StartsWith(Application.NoAuth, StringComparison.Ordinal))
            await application.ReadAsync(2);
        await SocksHarness.EventuallyAsync(() => harness.Server.ConnectionCount == 1);
        Task<string> end = application.ReadToEndAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(119));
        await Task.Yield();
        Assert.Equal(1, harness.Server.ConnectionCount);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("", await end);
    }

    [Fact]
    public async Task Connect_TorTakesTooLong_AnsweredWithTimeoutAndGivenUp()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        CancellationToken given = default;
        harness.Tor.OnConnect = async (_, token) =>
        {
            given = token;
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
        await SocksHarness.EventuallyAsync(() => given.CanBeCanceled);
        harness.Time.Advance(TimeSpan.FromSeconds(120));
        Assert.Equal("050005060001000000000000", await application.ReadToEndHexAsync());
        Assert.True(given.IsCancellationRequested);
    }

    [Fact]
    public async Task Connect_OpenStream_OutlivesSocksTimeout()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
        await application.ReadAsync(12);
        harness.Time.Advance(TimeSpan.FromHours(10));
        await application.SendAsync("still here");
        Assert.Equal("still here", await application.ReadAsync(10));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Application_LeavesWhileWaiting_RequestIsCancelled(bool withReset)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        TaskCompletionSource cancelled = new();
        harness.Tor.OnConnect = async (_, token) =>
        {
            await using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
        await SocksHarness.EventuallyAsync(() => !harness.Tor.Requests.IsEmpty);
        if (withReset)
            application.Socket.LingerState = new LingerOption(true, 0);
        application.Dispose();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await SocksHarness.EventuallyAsync(() => harness.Server.ConnectionCount == 0);
    }

    [Fact]
    public async Task Application_LeavesJustWhenTorConnects_StreamIsClosed()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        FakeTorStream stream = new();
        TaskCompletionSource<TorStream> connected = new();
        harness.Tor.OnConnect = (_, _) => connected.Task;
        Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
        await SocksHarness.EventuallyAsync(() => !harness.Tor.Requests.IsEmpty);
        application.Dispose();
        connected.SetResult(stream);
        await stream.Disposed.WaitAsync(TimeSpan.FromSeconds(20));
        await SocksHarness.EventuallyAsync(() => harness.Server.ConnectionCount == 0);
    }

    // As C tor: END ends both directions, for Tor cannot say that only one is over.
    [Fact]
    public async Task Application_FinishesSending_AllIsDeliveredThenTheStreamEnds()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        FakeTorStream stream = new();
        harness.Tor.OnConnect = (_, _) => Task.FromResult<TorStream>(stream);
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
        await application.ReadAsync(12);
        await application.SendAsync("last words");
        application.Socket.Shutdown(SocketShutdown.Send);
        await stream.Disposed.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("last words", Encoding.ASCII.GetString(stream.Written));
        Assert.Equal("", await application.ReadToEndAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Destination_Ends_AllIsDeliveredThenTheConnectionCloses(bool withFailure)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        FakeTorStream stream = new();
        harness.Tor.OnConnect = (_, _) => Task.FromResult<TorStream>(stream);
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
        await application.ReadAsync(12);
        await application.SendAsync("a question that nobody reads");
        byte[] answer = new byte[1_000_000];
        Array.Fill(answer, (byte)'x');
        stream.Send(answer);
        stream.End(withFailure ? new TorException(TorErrorKind.CircuitClosed, "gone") : null);
        Assert.Equal(answer.Length, (await application.ReadToEndAsync()).Length);
        await stream.Disposed.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(SocketShutdown.Both)]
    [InlineData(SocketShutdown.Send)]
    [InlineData(null)]
    public async Task Application_LeavesAfterAnyByte_NothingStays(SocketShutdown? how)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        string conversation = "\x05\x01\x02" + "\x01\x01u\x01p" + Application.Connect5("example.com")[3..] + "GET";
        List<Application> half = [];
        for (int length = 0; length <= conversation.Length; length++)
        {
            Application application = await harness.ConnectAsync(conversation[..length]);
            half.Add(application);
            if (how is { } shutdown)
            {
                application.Socket.Shutdown(shutdown);
            }
            else
            {
                application.Socket.LingerState = new LingerOption(true, 0);
                application.Dispose();
            }
        }

        await SocksHarness.EventuallyAsync(() => harness.Server.ConnectionCount == 0);
        half.ForEach(a => a.Dispose());
    }

    [Fact]
    public async Task Stop_WithActiveAndIdleApplications_DropsTheIdleAndDrainsTheOthers()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        using Application active = await harness.ConnectAsync(Application.Connect5("example.com"));
        await active.ReadAsync(12);
        using Application idle = await harness.ConnectAsync("\x05");
        await SocksHarness.EventuallyAsync(() => harness.Server.ConnectionCount == 2);

        Task stopping = harness.Server.StopAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        await idle.ReadToEndAsync();
        await active.SendAsync("more");
        Assert.Equal("more", await active.ReadAsync(4));
        Assert.False(stopping.IsCompleted);
        active.Socket.Shutdown(SocketShutdown.Send);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, harness.Server.ConnectionCount);
    }

    // The application has finished, but the windows still hold back what it sent last: it is not lost.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_WithBytesThatTheStreamHasNotSent_WaitsForThem(bool sent)
    {
        TaskCompletionSource sending = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FakeTorStream stream = new() { Sending = sending };
        await using SocksHarness harness = await SocksHarness.StartAsync();
        harness.Tor.OnConnect = (_, _) => Task.FromResult<TorStream>(stream);
        using Application application = await harness.ConnectAsync(Application.Connect5("example.com"));
        await application.ReadAsync(12);
        await application.SendAsync("the last words");
        application.Dispose();
        await SocksHarness.EventuallyAsync(() => stream.WrittenLength == 14);

        using Application idle = await harness.ConnectAsync("\x05");
        await SocksHarness.EventuallyAsync(() => harness.Server.ConnectionCount == 2);
        bool mayEnd = false;
        bool endedInTime = false;
        stream.OnDisposed = () => endedInTime = Volatile.Read(ref mayEnd);

        using CancellationTokenSource atOnce = new();
        Task stopping = harness.Server.StopAsync(TimeSpan.FromSeconds(30), atOnce.Token);
        await idle.ReadToEndAsync(); // From here on it waits for those who are not idle.
        Assert.False(stopping.IsCompleted);
        Volatile.Write(ref mayEnd, true);
        if (sent)
            sending.SetResult();
        else
            await atOnce.CancelAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(endedInTime);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_ApplicationDoesNotFinish_ClosedAfterItsTimeOrAtOnce(bool atOnce)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        using Application active = await harness.ConnectAsync(Application.Connect5("example.com"));
        await active.ReadAsync(12);
        using CancellationTokenSource second = new();
        Task stopping = harness.Server.StopAsync(TimeSpan.FromSeconds(30), second.Token);
        await SocksHarness.EventuallyAsync(() => harness.Server.LocalEndPoints.Count == 0);
        Assert.False(stopping.IsCompleted);
        if (atOnce)
            await second.CancelAsync();
        while (!stopping.IsCompleted)
        {
            harness.Time.Advance(atOnce ? TimeSpan.Zero : TimeSpan.FromSeconds(31));
            await Task.Delay(1);
        }

        Assert.Equal("", (await active.ReadToEndAsync()).Replace("[reset]", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_WhateverApplicationsDo_NamesNobodyAndNothing()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        harness.Tor.OnConnect = (r, _) => r.Host == "canary-good.example"
            ? Task.FromResult<TorStream>(new FakeTorStream { Echoes = true })
            : Task.FromException<TorStream>(new TorException(TorErrorKind.NoRoute, "no"));
        int quiet = harness.Logger.Collector.GetSnapshot().Count(r => r.Level >= LogLevel.Information);
        foreach (string host in new[] { "canary-good.example", "canary-bad.example", "canary.onion", "canary.exit" })
        {
            using Application application = await harness.ConnectAsync("\x05\x01\x02\x01\u0006canary\u0006canary" + Application.Connect5(host)[3..]);
            await application.ReadAsync(14);
        }

        Assert.Equal(quiet, harness.Logger.Collector.GetSnapshot().Count(r => r.Level >= LogLevel.Information));
        for (int i = 0; i < 100; i++)
        {
            using Application internalTarget = await harness.ConnectAsync(Application.Connect5("10.99.88.77"));
            await internalTarget.ReadToEndAsync();
        }

        IReadOnlyList<FakeLogRecordText> lines = [.. harness.Logger.Collector.GetSnapshot().Select(r => new FakeLogRecordText(r.Level, r.Message))];
        Assert.DoesNotContain(lines, l => l.Message.Contains("canary", StringComparison.Ordinal) || l.Message.Contains("10.99", StringComparison.Ordinal));
        Assert.Equal(1, lines.Count(l => l.Level == LogLevel.Warning));
    }

    private sealed record FakeLogRecordText(LogLevel Level, string Message);
}
