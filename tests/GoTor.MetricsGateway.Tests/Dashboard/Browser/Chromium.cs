using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GoTor.MetricsGateway.Tests.Dashboard.Browser;

/// <summary>A headless Chromium of this machine, driven over its DevTools protocol. One per test class; each page has its own cookies and settings.</summary>
/// <remarks>https://chromedevtools.github.io/devtools-protocol/</remarks>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _calls = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonNode>> _sessions = new();
    private Task _reading = Task.CompletedTask;
    private Task _remarks = Task.CompletedTask;
    private int _lastCall;

    private Chromium(Process process, string profile) => (_process, _profile) = (process, profile);

    /// <summary>Null where there is none.</summary>
    public static string? Program { get; } = Array.Find(Places, File.Exists);

    public static async Task<Chromium> StartAsync()
    {
        string profile = Directory.CreateTempSubdirectory("gotor-chromium-").FullName;
        var start = new ProcessStartInfo(Program!) { RedirectStandardError = true };
        foreach (string argument in (string[])
            [
                "--headless=new", "--remote-debugging-port=0", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
                // Whatever it wanted from elsewhere, it finds nobody.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                $"--user-data-dir={profile}", "about:blank",
            ])
        {
            start.ArgumentList.Add(argument);
        }

        var browser = new Chromium(System.Diagnostics.Process.Start(start)!, profile);
        string? line;
        while ((line = await browser._process.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60))) is not null)
        {
            const string Prefix = "DevTools listening on ";
            if (line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                // Its other remarks are read so that it never waits for us.
                browser._remarks = browser._process.StandardError.BaseStream.CopyToAsync(Stream.Null);
                await browser._socket.ConnectAsync(new Uri(line[Prefix.Length..]), CancellationToken.None);
                browser._reading = browser.ReadAsync();
                return browser;
            }
        }

        await browser.DisposeAsync();
        throw new InvalidOperationException("Chromium ended before it listened.");
    }

    /// <summary>A page of its own.</summary>
    public async Task<BrowserPage> OpenAsync(BrowserLook look)
    {
        string context = (string)(await CallAsync("Target.createBrowserContext", null))["browserContextId"]!;
        string target = (string)(await CallAsync("Target.createTarget", new() { ["url"] = "about:blank", ["browserContextId"] = context }))["targetId"]!;
        string session = (string)(await CallAsync("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true }))["sessionId"]!;
        var page = new BrowserPage(this, session, context);
        _sessions[session] = page.OnEvent;
        await page.PrepareAsync(look);
        return page;
    }

    /// <summary>One call of the protocol.</summary>
    public async Task<JsonNode> CallAsync(string method, JsonObject? parameters, string? session = null)
    {
        int id = Interlocked.Increment(ref _lastCall);
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = answer;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            call["sessionId"] = session;
        }

        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        await _reading;
        await _remarks;
        _socket.Dispose();
        _process.Dispose();
        _sending.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A child of it still writes; the directory is a temporary one.
        }
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[1 << 20];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                message.SetLength(0);
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                    message.Write(buffer, 0, part.Count);
                }
                while (!part.EndOfMessage);

                Take(JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!);
            }
        }
        catch (Exception e) when (e is WebSocketException or JsonException or InvalidOperationException)
        {
            foreach (TaskCompletionSource<JsonNode> call in _calls.Values)
            {
                call.TrySetException(new IOException("Chromium is gone.", e));
            }
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            if (_calls.TryRemove((int)id, out TaskCompletionSource<JsonNode>? call))
            {
                if (message["error"] is { } error)
                {
                    call.SetException(new InvalidOperationException(error.ToJsonString()));
                }
                else
                {
                    call.SetResult(message["result"]!);
                }
            }
        }
        else if ((string?)message["sessionId"] is { } session && _sessions.TryGetValue(session, out Action<string, JsonNode>? page))
        {
            page((string)message["method"]!, message["params"]!);
        }
    }
}
