using System.Collections.Immutable;
using GoTor.MetricsGateway.Exposition;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Tests;

public sealed class SharedRenderingsTests
{
    [Fact]
    public async Task SameGeneration_IsWrittenOnce()
    {
        var nodes = new Nodes();
        var renderings = new SharedRenderings(new ExpositionSource(nodes, []), ExpositionFormat.Prometheus);
        Rendering first = await renderings.HoldAsync();
        Rendering second = await renderings.HoldAsync();
        Assert.Same(first, second);
        nodes.Generation++;
        Rendering third = await renderings.HoldAsync();
        Assert.NotSame(first, third);
        Assert.Equal(2, nodes.Lists);
        Assert.Equal(2, renderings.Alive);
        first.Release();
        second.Release();
        Assert.Equal(1, renderings.Alive);
        third.Release();
        Assert.Equal(1, renderings.Alive); // The latest is kept for the next scrape.
    }

    [Fact]
    public async Task WhoComesWhileATextIsWritten_SharesTheNextOne()
    {
        var nodes = new Nodes { Blocks = true };
        var renderings = new SharedRenderings(new ExpositionSource(nodes, []), ExpositionFormat.Prometheus);
        Task<Rendering> first = renderings.HoldAsync().AsTask();
        await nodes.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        nodes.Generation++; // What is being written is old from here on.
        Task<Rendering>[] others = [.. Enumerable.Range(0, 50).Select(_ => renderings.HoldAsync().AsTask())];
        nodes.Go.SetResult();
        await first.WaitAsync(TimeSpan.FromSeconds(30));
        Rendering[] shared = await Task.WhenAll(others).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(shared.Distinct());
        Assert.NotSame(await first, shared[0]);
        Assert.Equal(nodes.Generation, shared[0].Generation);
        Assert.Equal(2, nodes.Lists);
    }

    [Fact]
    public async Task SlowClients_CannotHoldAnyNumberOfTexts()
    {
        var nodes = new Nodes();
        var renderings = new SharedRenderings(new ExpositionSource(nodes, []), ExpositionFormat.Prometheus);
        var held = new List<Rendering>();
        for (int i = 0; i < 100; i++)
        {
            nodes.Generation++;
            held.Add(await renderings.HoldAsync());
        }
        Assert.InRange(renderings.Alive, 1, 6);
        held.ForEach(rendering => rendering.Release());
        nodes.Generation++;
        Assert.Equal(nodes.Generation, (await renderings.HoldAsync()).Generation);
    }

    [Fact]
    public async Task Failure_IsToldToThoseWhoWait_AndTheNextScrapeTriesAgain()
    {
        var nodes = new Nodes { Fails = true };
        var renderings = new SharedRenderings(new ExpositionSource(nodes, []), ExpositionFormat.Prometheus);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await renderings.HoldAsync());
        nodes.Fails = false;
        Assert.NotNull(await renderings.HoldAsync());
        Assert.Equal(1, renderings.Alive);
    }

    private sealed class Nodes : INodeDirectory
    {
        public long Generation { get; set; } = 1;

        public int Lists { get; private set; }

        public bool Blocks { get; set; }

        public bool Fails { get; set; }

        public TaskCompletionSource Entered { get; } = new();

        public TaskCompletionSource Go { get; } = new();

        public ImmutableArray<NodeState> List()
        {
            Lists++;
            if (Fails)
                throw new InvalidOperationException();
            if (Blocks)
            {
                Blocks = false;
                Entered.SetResult();
                Go.Task.Wait();
            }
            return [];
        }

        public NodeState? Find(string nodeId) => null;

        public ValueTask WaitForChangeAsync(long generation, CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}
