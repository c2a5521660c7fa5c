using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GoTor.MetricsGateway.Tests.Dashboard.Browser;

/// <summary>How a page is looked at.</summary>
internal sealed record BrowserLook(int Width = 1400, int Height = 900, bool Dark = false, bool Script = true, bool Motion = true);

/// <summary>One page, and everything that went wrong on it.</summary>
internal sealed class BrowserPage(Chromium browser, string session, string context) : IAsyncDisposable
{
    /// <summary>Errors of scripts, of loading, and of the content security policy.</summary>
    public ConcurrentQueue<string> Problems { get; } = new();

    /// <summary>Addresses that were asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public async Task PrepareAsync(BrowserLook look)
    {
        foreach (string domain in (string[])["Page", "Runtime", "Log", "Network", "Audits"])
        {
            await CallAsync(domain + ".enable");
        }

        await CallAsync("Emulation.setScriptExecutionDisabled", new() { ["value"] = !look.Script });
        await LookAsync(look);
    }

    /// <summary>Looks at the page that is open in another way.</summary>
    public async Task LookAsync(BrowserLook look)
    {
        await CallAsync("Emulation.setDeviceMetricsOverride", new()
        {
            ["width"] = look.Width, ["height"] = look.Height, ["deviceScaleFactor"] = 1, ["mobile"] = look.Width < 600,
        });
        await CallAsync("Emulation.setEmulatedMedia", new()
        {
            ["features"] = new JsonArray(
                new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = look.Dark ? "dark" : "light" },
                new JsonObject { ["name"] = "prefers-reduced-motion", ["value"] = look.Motion ? "no-preference" : "reduce" }),
        });
    }

    /// <summary>Goes there and waits until it is loaded, with style and script.</summary>
    public async Task GoAsync(Uri address)
    {
        await CallAsync("Page.navigate", new() { ["url"] = address.AbsoluteUri });
        await UntilAsync($"location.href === '{address.AbsoluteUri}' && document.readyState === 'complete'");
    }

    /// <summary>The value of an expression. Works with the page's own scripts switched off too.</summary>
    public async Task<JsonNode?> EvalAsync(string expression)
    {
        JsonNode answer = await CallAsync("Runtime.evaluate", new()
        {
            ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true,
        });
        return answer["exceptionDetails"] is { } thrown ? throw new InvalidOperationException(thrown.ToJsonString()) : answer["result"]!["value"];
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task UntilAsync(string expression)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if ((bool?)await EvalAsync($"!!({expression})") == true)
                {
                    return;
                }
            }
            catch (InvalidOperationException)
            {
                // Between two documents.
            }

            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "This did not become true: " + expression);
            await Task.Delay(25);
        }
    }

    /// <summary>Presses and releases a key, as "Tab", "Enter", "ArrowDown".</summary>
    public async Task PressAsync(string key)
    {
        int code = key switch { "Tab" => 9, "Enter" => 13, "ArrowDown" => 40, " " => 32, _ => 0 };
        var down = new JsonObject { ["type"] = "keyDown", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code };
        if (key == "Enter")
        {
            down["text"] = "\r";
        }

        await CallAsync("Input.dispatchKeyEvent", down);
        await CallAsync("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
    }

    /// <summary>The whole page as PNG, into the directory that GOTOR_SCREENSHOTS names, if it names one.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("GOTOR_SCREENSHOTS") is { Length: > 0 } directory)
        {
            JsonNode picture = await CallAsync("Page.captureScreenshot", new() { ["captureBeyondViewport"] = true });
            Directory.CreateDirectory(directory);
            await File.WriteAllBytesAsync(Path.Combine(directory, name + ".png"), Convert.FromBase64String((string)picture["data"]!));
        }
    }

    public Task<JsonNode> CallAsync(string method, JsonObject? parameters = null) => browser.CallAsync(method, parameters, session);

    public void OnEvent(string method, JsonNode parameters)
    {
        switch (method)
        {
            case "Runtime.exceptionThrown":
                Problems.Enqueue(parameters["exceptionDetails"]!.ToJsonString());
                break;
            case "Runtime.consoleAPICalled" when (string?)parameters["type"] is "error" or "warning" or "assert":
                Problems.Enqueue(parameters["args"]!.ToJsonString());
                break;
            case "Log.entryAdded" when (string?)parameters["entry"]!["level"] is "error" or "warning":
                Problems.Enqueue(parameters["entry"]!.ToJsonString());
                break;
            case "Audits.issueAdded" when (string?)parameters["issue"]!["code"] is "ContentSecurityPolicyIssue" or "MixedContentIssue":
                Problems.Enqueue(parameters["issue"]!.ToJsonString());
                break;
            case "Network.requestWillBeSent":
                Requests.Enqueue((string)parameters["request"]!["url"]!);
                break;
        }
    }

    public async ValueTask DisposeAsync() => await browser.CallAsync("Target.disposeBrowserContext", new() { ["browserContextId"] = context });
}
