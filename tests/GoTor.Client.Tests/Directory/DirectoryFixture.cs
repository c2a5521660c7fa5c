using System.Diagnostics.Metrics;
using System.Net;
using GoTor.Client.Directory;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Wire;
using GoTor.Testing;
using GoTor.Testing.Network;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Directory;

/// <summary>A directory manager between a fake network and fake guards, in a directory of its own, under a fake clock.</summary>
internal sealed class DirectoryFixture : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _path = System.IO.Directory.CreateTempSubdirectory("gotor-directory-").FullName;
    private readonly bool _ownsPath = true;
    private readonly TestMeterFactory _meters = new();
    private Task _running = Task.CompletedTask;

    public DirectoryFixture(TestNetwork? network = null, int fallbacks = 5, int guards = 3, DirectoryTiming? timing = null, string? path = null, DateTimeOffset? now = null)
    {
        if (path is not null)
        {
            System.IO.Directory.Delete(_path);
            _path = path;
            _ownsPath = false;
        }

        Network = network ?? new TestNetwork();
        Time = new FakeTimeProvider(now ?? Network.ValidAfter + TimeSpan.FromMinutes(5));
        Servers = new FakeDirectory { Network = Network };
        Guards = new FakeGuards(guards);
        DirectorySetup setup = new(
            [.. TestAuthority.Ours.Select(authority => authority.Identity)],
            [.. Enumerable.Range(0, 3).Select(i => Server(DirectoryServerKind.Authority, i))],
            [.. Enumerable.Range(0, fallbacks).Select(i => Server(DirectoryServerKind.Fallback, i))],
            _path,
            null,
            PathConstraints.None,
            timing ?? DirectoryTiming.Default);
        Manager = new DirectoryManager(setup, new DirectoryServices(
            Servers, Guards, Bootstrap, new DirectoryMetrics(_meters, Time), new SeededRandom(7), Time, Log));
    }

    public TestNetwork Network { get; }

    public FakeTimeProvider Time { get; }

    public FakeDirectory Servers { get; }

    public FakeGuards Guards { get; }

    public BootstrapStatus Bootstrap { get; } = new();

    public FakeLogger Log { get; } = new();

    public DirectoryManager Manager { get; }

    public string Path => _path;

    public Task Running => _running;

    public IEnumerable<string> Warnings => Log.Collector.GetSnapshot().Where(record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Warning).Select(record => record.Message);

    public DirectoryFixture Run()
    {
        // Returns when it has loaded the cache and launched what is due.
        _running = Manager.RunAsync(_stop.Token);
        return this;
    }

    public Task<DirectoryFixture> RunUntilReadyAsync() => Run().UntilAsync(() => Manager.HasEnoughDirectoryInfo);

    /// <summary>Waits in real time while the fake clock stands still.</summary>
    public async Task<DirectoryFixture> UntilAsync(Func<bool> condition)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            if (_running.IsFaulted)
                await _running;
            Assert.True(DateTime.UtcNow < deadline, $"Waited in vain. Requests: {string.Join(", ", Servers.Requests.Select(request => $"{request.Server.Kind} {request.Path[..12]}"))}. Log: {string.Join(" | ", Log.Collector.GetSnapshot().Select(record => record.Message))}");
            await Task.Delay(2);
        }

        return this;
    }

    /// <summary>Lets the fake clock run in small steps, with time for the loop to follow, until something holds.</summary>
    public async Task<DirectoryFixture> AdvanceUntilAsync(Func<bool> condition, TimeSpan limit, TimeSpan? step = null)
    {
        DateTimeOffset end = Time.GetUtcNow() + limit;
        while (!condition())
        {
            if (_running.IsFaulted)
                await _running;
            Assert.True(Time.GetUtcNow() < end, $"Not within {limit}. Log: {string.Join(" | ", Log.Collector.GetSnapshot().Select(record => record.Message))}");
            Time.Advance(step ?? TimeSpan.FromSeconds(1));
            await FollowAsync();
        }

        return this;
    }

    // What the new time set off is done before it is made still later; answers that never come are not waited for.
    private async Task FollowAsync()
    {
        Task settled = Manager.SettleAsync();
        // Between two loops there is nothing to wait for but the next one.
        if (settled.IsCompleted)
            await Task.Delay(5);
        await Task.WhenAny(settled, _running);
        for (int i = 0; i < 2000 && Manager.RequestsUnderWay > Servers.Stuck; i++)
            await Task.Delay(1);
        await Task.WhenAny(Manager.SettleAsync(), _running);
    }

    /// <summary>Lets the fake clock run, and the loop follow it.</summary>
    public async Task<DirectoryFixture> AdvanceAsync(TimeSpan by, TimeSpan? step = null)
    {
        DateTimeOffset end = Time.GetUtcNow() + by;
        return await AdvanceUntilAsync(() => Time.GetUtcNow() >= end, by + (step ?? TimeSpan.FromSeconds(1)), step);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _meters.Dispose();
        if (_ownsPath)
            System.IO.Directory.Delete(_path, recursive: true);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (TorException)
        {
            // The test has looked at it.
        }
    }

    private static DirectoryServer Server(DirectoryServerKind kind, int index) => new(kind, new HopTarget
    {
        RsaIdentity = new RsaIdentity([(byte)kind, (byte)index, .. new byte[18]]),
        OrPorts = [new IPEndPoint(new IPAddress([192, 0, (byte)(2 + kind), (byte)(index + 1)]), 443)],
    });

}
