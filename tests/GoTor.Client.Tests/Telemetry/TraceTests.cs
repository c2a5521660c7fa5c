using System.Diagnostics;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Client.Tests.Circuits;
using GoTor.Client.Tests.Proxies;

namespace GoTor.Client.Tests.Telemetry;

[Collection(TraceListening.Name)]
public sealed class TraceTests
{
    [Fact]
    public async Task Build_OfThreeHops_IsOneTraceOfItsOwn_WhateverTheCallerTraces()
    {
        using TraceRecorder recorder = new();
        using CircuitHarness harness = new();
        using Activity callers = new Activity("the caller's").Start();

        Circuit circuit = await harness.BuildAsync();

        Assert.Same(callers, Activity.Current);
        Activity root = recorder.Root("gotor.circuit.build");
        Assert.Equal(default, root.ParentSpanId);
        Assert.NotEqual(callers.TraceId, root.TraceId);
        Assert.Equal("gotor.circuit.build gotor.purpose=user gotor.hops=3 gotor.outcome=ok", TraceRecorder.Describe(root));
        Assert.Equal(
            [
                "gotor.circuit.channel gotor.outcome=ok",
                "gotor.circuit.hop gotor.hop=1 gotor.outcome=ok",
                "gotor.circuit.hop gotor.hop=2 gotor.outcome=ok",
                "gotor.circuit.hop gotor.hop=3 gotor.outcome=ok",
            ],
            recorder.PartsOf(root));
        Assert.All(recorder.Ended, span => Assert.Equal(root.TraceId, span.TraceId));
        await circuit.DisposeAsync();
    }

    [Fact]
    public async Task Build_WithoutAChannel_SaysWhereItFailed()
    {
        using TraceRecorder recorder = new();
        using CircuitHarness harness = new();
        harness.Network.ConnectFailure = ChannelEnd.ConnectFailed;

        await Assert.ThrowsAsync<CircuitBuildException>(harness.BuildAsync);

        Activity root = recorder.Root("gotor.circuit.build");
        Assert.Equal(ActivityStatusCode.Error, root.Status);
        Assert.Equal("gotor.circuit.build gotor.purpose=user gotor.hops=3 gotor.outcome=ChannelEnded", TraceRecorder.Describe(root));
        Assert.Equal(["gotor.circuit.channel gotor.outcome=ChannelEnded"], recorder.PartsOf(root));
    }

    [Fact]
    public async Task Stream_FromBeginToItsEnd_IsOneTrace()
    {
        using TraceRecorder recorder = new();
        await using ManagerHarness harness = new();

        TorStream stream = await harness.ConnectAsync();
        Assert.Empty(recorder.Roots("gotor.stream"));
        await stream.WriteAsync("hello"u8.ToArray());
        await stream.ReadExactlyAsync(new byte[5]).AsTask().WaitAsync(CircuitHarness.Patience);
        await stream.DisposeAsync();

        Activity root = recorder.Root("gotor.stream");
        Assert.Equal(
            "gotor.stream gotor.proxy=Library gotor.command=Connect gotor.outcome=ok +connected +first_byte", TraceRecorder.Describe(root));
        Assert.Equal(
            ["gotor.stream.circuit gotor.attempt=1 gotor.outcome=ok", "gotor.stream.begin gotor.attempt=1 gotor.outcome=ok"],
            recorder.PartsOf(root));
        Assert.NotEqual(root.TraceId, recorder.Roots("gotor.circuit.build")[0].TraceId);
        Assert.Empty(root.Links);
    }

    [Fact]
    public async Task Stream_ThatIsRefused_SaysWhy()
    {
        using TraceRecorder recorder = new();
        await using ManagerHarness harness = new();

        await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync("refuse"));

        Activity root = recorder.Root("gotor.stream");
        Assert.Equal("gotor.stream gotor.proxy=Library gotor.command=Connect gotor.outcome=ConnectionRefused", TraceRecorder.Describe(root));
        Assert.Equal(ActivityStatusCode.Error, root.Status);
    }

    [Fact]
    public async Task Stream_ThatThreeExitsCannotOpen_ShowsEveryTry()
    {
        using TraceRecorder recorder = new();
        await using ManagerHarness harness = new();

        await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync("nobody-knows"));

        Activity root = recorder.Root("gotor.stream");
        Assert.Equal("gotor.stream gotor.proxy=Library gotor.command=Connect gotor.outcome=ResolveFailed", TraceRecorder.Describe(root));
        Assert.Equal(
            Enumerable.Range(1, 3).SelectMany(attempt => new[]
            {
                $"gotor.stream.circuit gotor.attempt={attempt} gotor.outcome=ok",
                $"gotor.stream.begin gotor.attempt={attempt} gotor.outcome=ExitFailed",
            }),
            recorder.PartsOf(root));
    }

    [Fact]
    public async Task SocksRequest_FromAcceptToItsEnd_IsOneTrace()
    {
        using TraceRecorder recorder = new();
        await using SocksHarness harness = await SocksHarness.StartAsync();
        harness.Tor.OnConnect = (request, _) =>
        {
            request.Trace!.Connected();
            return Task.FromResult<TorStream>(new FakeTorStream { Echoes = true });
        };

        using (Application application = await harness.ConnectAsync(Application.Connect5("secret.example")))
            await application.ReadReplyAsync();
        await SocksHarness.EventuallyAsync(() => recorder.Roots("gotor.stream").Count == 1);

        Activity root = recorder.Root("gotor.stream");
        Assert.Equal("gotor.stream gotor.proxy=Socks5 gotor.command=Connect gotor.outcome=ok +connected", TraceRecorder.Describe(root));
        Assert.Equal(["gotor.stream.request gotor.outcome=ok"], recorder.PartsOf(root));
    }

    [Theory]
    [InlineData("GET http://secret.example/ HTTP/1.1\r\n\r\n", "gotor.outcome=Http")]
    [InlineData("\x05\x01\0", "gotor.outcome=Abandoned")]
    public async Task SocksConnection_WithoutARequest_SaysWhatItWas(string bytes, string outcome)
    {
        using TraceRecorder recorder = new();
        await using SocksHarness harness = await SocksHarness.StartAsync();

        using (Application application = await harness.ConnectAsync(bytes))
            await application.ReadAsync(2);
        await SocksHarness.EventuallyAsync(() => recorder.Roots("gotor.stream").Count == 1);

        Assert.Equal($"gotor.stream {outcome}", TraceRecorder.Describe(recorder.Root("gotor.stream")));
    }

    [Fact]
    public async Task EveryTag_IsOfAClosedSet()
    {
        using TraceRecorder recorder = new();
        await using ManagerHarness harness = new();
        await (await harness.ConnectAsync()).DisposeAsync();
        await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync("refuse", "alice"));
        await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync("nobody-knows"));

        Assert.All(recorder.Ended.SelectMany(span => span.TagObjects), tag =>
        {
            Assert.Contains(tag.Key, (string[])["gotor.outcome", "gotor.purpose", "gotor.hops", "gotor.hop", "gotor.attempt", "gotor.proxy", "gotor.command"]);
            Assert.True(
                tag.Value is int and >= 0 and < 100 or "ok" or "user" or "directory" or "Library" or "Connect"
                || Enum.TryParse(tag.Value as string, out TorErrorKind _)
                || Enum.TryParse(tag.Value as string, out StreamRetryReason _),
                $"{tag.Key}={tag.Value}");
        });
        Assert.All(recorder.Ended, span => Assert.Null(span.StatusDescription));
        Assert.All(recorder.Ended.SelectMany(span => span.Events), e => Assert.Empty(e.Tags));
    }

    [Fact]
    public void Trace_WhileNobodyListens_IsNothingAndCostsNothing()
    {
        Assert.Null(StreamTrace.Start());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            _ = StreamTrace.Start();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(ActivitySamplingResult.None)]
    [InlineData(ActivitySamplingResult.PropagationData)]
    public void Trace_ThatIsNotSampled_IsNothing(ActivitySamplingResult sample)
    {
        using TraceRecorder recorder = new(sample);

        Assert.Null(StreamTrace.Start());
        Assert.Null(Activity.Current);
    }
}
