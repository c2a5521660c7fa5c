using System.Globalization;
using System.Text;
using GoTor.Client;
using GoTor.Client.Streams;
using GoTor.Protocol.Crypto;

namespace GoTor.Node.Hosting;

/// <summary>
/// A few made-up users of the sandbox, each with circuits of its own: pages and downloads from the demo site with pauses between, and now and
/// then a name that nobody knows. Enough for every panel of a dashboard to move, and little enough to leave a laptop quiet.
/// </summary>
internal sealed class SandboxTraffic : IAsyncDisposable
{
    private const int Users = 3;
    private const string Host = "demo.sandbox";
    private const ushort Port = 80;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(6);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TorClient _client;
    private readonly TimeProvider _time;
    private readonly Task _running;

    private SandboxTraffic(TorClient client, TimeProvider time)
    {
        (_client, _time) = (client, time);
        _running = Task.WhenAll(Enumerable.Range(0, Users).Select(RunAsync));
    }

    public static SandboxTraffic Start(TorClient client, TimeProvider time) => new(client, time);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync(int user)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            await _client.Bootstrap.Done.WaitAsync(_stopping.Token);
            for (int visit = 0; ; visit++)
            {
                await VisitAsync(user, visit, buffer);
                await Task.Delay(TorRandom.Secure.NextTimeSpan(ShortestPause, LongestPause), _time, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }

    private async Task VisitAsync(int user, int visit, byte[] buffer)
    {
        // Every tenth name is a mistake, every fourth request a larger download, and users come back as somebody else after a while.
        string host = visit % 10 == 9 ? "nowhere.sandbox" : Host;
        string path = visit % 4 == 3 ? string.Create(CultureInfo.InvariantCulture, $"/bytes/{TorRandom.Secure.Next(100_000, 2_000_000)}") : "/";
        var request = new StreamRequest
        {
            Host = host,
            Port = Port,
            Isolation = new IsolationKey { SocksUsername = string.Create(CultureInfo.InvariantCulture, $"sandbox-user-{user}-{visit / 20}") },
        };
        try
        {
            await using TorStream stream = await _client.Streams.ConnectAsync(request, _stopping.Token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"), _stopping.Token);
            while (await stream.ReadAsync(buffer, _stopping.Token) > 0)
                continue;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Failures are part of what there is to see.
        }
    }
}
