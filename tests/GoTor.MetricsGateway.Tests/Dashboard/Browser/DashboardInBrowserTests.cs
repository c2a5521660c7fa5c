using GoTor.MetricsGateway.Dashboard.Live;

namespace GoTor.MetricsGateway.Tests.Dashboard.Browser;

/// <summary>The page in a real browser: in every state, light and dark, on a desk and on a phone, with and without scripts.</summary>
public sealed class DashboardInBrowserTests(BrowserFixture fixture) : IClassFixture<BrowserFixture>
{
    public static TheoryData<string> EveryState() => [.. States.Names];

    [SkippableTheory]
    [MemberData(nameof(EveryState))]
    public async Task Page_InEveryState_IsReadableAndBreaksNoRule(string state)
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook());
        await using DashboardHost host = await States.StartAsync(state);
        await page.GoAsync(host.Page);
        await page.UntilAsync("document.getElementById('live').textContent === 'Live'");
        foreach (int width in (int[])[1400, 800, 390])
        {
            foreach (bool dark in (bool[])[false, true])
            {
                await page.LookAsync(new BrowserLook(width, Dark: dark));
                await page.PictureAsync($"{state}-{width}-{(dark ? "dark" : "light")}");
                await PageChecks.HoldAsync(page);
            }
        }

        Assert.All(page.Requests, address => Assert.Matches("^(data:|" + host.Address.AbsoluteUri + ")", address));
    }

    [SkippableTheory]
    [InlineData("healthy")]
    [InlineData("fifty")]
    public async Task Page_WithoutScript_ShowsEverythingAndRefreshesItself(string state)
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook(Script: false));
        await using DashboardHost host = await States.StartAsync(state);
        await page.GoAsync(host.Page);
        Assert.Equal(5, (int)(await page.EvalAsync("document.querySelectorAll('.card').length"))!);
        Assert.True((int)(await page.EvalAsync("document.querySelectorAll('svg .line').length"))! >= 8);
        Assert.Equal("5", (string?)await page.EvalAsync("document.querySelector('meta[http-equiv=refresh]')?.content"));
        Assert.Equal("", (string?)await page.EvalAsync("document.getElementById('live').textContent"));
        await PageChecks.HoldAsync(page);

        string before = (string)(await page.EvalAsync("document.getElementById('updated').textContent"))!;
        host.Report(TimeSpan.FromSeconds(5));
        await page.UntilAsync($"document.getElementById('updated').textContent !== '{before}'");
    }

    [SkippableFact]
    public async Task NewReport_ReachesAnOpenPage_WithoutReloadAndWithoutTakingAnything()
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook());
        await using DashboardHost host = await States.StartAsync("healthy");
        await page.GoAsync(host.Page);
        await page.UntilAsync("document.getElementById('live').textContent === 'Live'");
        await page.EvalAsync(
            "window.mine = 1; document.querySelector('#health details').open = true; document.querySelector('#health summary').focus(); "
            + "window.charts = document.querySelector('#throughput .line'); window.drawn = charts.getAttribute('d')");
        string uptime = (string)(await page.EvalAsync("document.querySelector('#cards article:last-child dd').textContent"))!;

        await States.RunAsync(host, page, $"document.querySelector('#cards article:last-child dd').textContent !== '{uptime}' && charts.getAttribute('d') !== drawn");

        Assert.Equal(1, (int?)await page.EvalAsync("window.mine"));
        Assert.True((bool)(await page.EvalAsync("charts.isConnected && document.querySelector('#health details').open"))!);
        Assert.Equal("SUMMARY", (string?)await page.EvalAsync("document.activeElement.tagName"));
        Assert.Empty(page.Problems);
    }

    [SkippableFact]
    public async Task NodeThatFallsSilent_IsAnnouncedOnAnOpenPage()
    {
        var alice = new SimulatedNode("alice");
        await using BrowserPage page = await OpenAsync(new BrowserLook());
        await using DashboardHost host = await DashboardHost.StartAsync(3, alice);
        await page.GoAsync(host.Page);
        await page.UntilAsync("document.querySelector('[role=status]').textContent === 'Healthy'");
        await page.EvalAsync("window.said = document.querySelector('[role=status]')");

        host.Nodes.Set(alice.Latest! with { Presence = Nodes.NodePresence.Lost });
        host.Service<LiveFeed>().Send();
        await page.UntilAsync("said.isConnected && said.textContent === 'Lost'");
        await page.UntilAsync("document.querySelector('#cards.past') !== null");
        await PageChecks.HoldAsync(page);
    }

    [SkippableFact]
    public async Task RowThatMoves_KeepsTheFocus()
    {
        SimulatedNode[] nodes = [new("alice"), new("bob"), new("carol")];
        await using BrowserPage page = await OpenAsync(new BrowserLook());
        await using DashboardHost host = await DashboardHost.StartAsync(3, nodes);
        await page.GoAsync(host.Page);
        await page.UntilAsync("document.getElementById('live').textContent === 'Live'");
        await page.EvalAsync("window.link = document.querySelector('tr[data-key=carol] a'); link.focus()");
        Assert.Equal(2, (int)(await page.EvalAsync("[...link.closest('tbody').rows].indexOf(link.closest('tr'))"))!);

        // Those in trouble come first.
        host.Nodes.Set(nodes[2].Latest! with { Presence = Nodes.NodePresence.Lost });
        host.Service<LiveFeed>().Send();
        await page.UntilAsync("link.isConnected && [...link.closest('tbody').rows].indexOf(link.closest('tr')) === 0");
        Assert.True((bool)(await page.EvalAsync("document.activeElement === link"))!);
        await page.PressAsync("Enter");
        await page.UntilAsync("location.search === '?node=carol'");
    }

    [SkippableFact]
    public async Task Page_ThatGetsNoEvents_AsksForItselfInstead()
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook());
        await using DashboardHost host = await States.StartAsync("healthy");
        LiveFeed feed = host.Service<LiveFeed>();
        for (int i = 0; i < LivePlaces.MostOfLoopback; i++)
            Assert.NotNull(feed.Open(null, System.Net.IPAddress.Loopback, () => { }));
        await page.GoAsync(host.Page);
        await page.UntilAsync("document.getElementById('live').textContent === 'Refreshing every 5 s'");
        await page.EvalAsync("window.mine = 1; window.before = document.getElementById('updated').textContent");
        host.Report(TimeSpan.FromSeconds(5));
        await page.UntilAsync("document.getElementById('updated').textContent !== before");
        Assert.Equal(1, (int?)await page.EvalAsync("window.mine")); // Not by loading the page anew.
    }

    [SkippableFact]
    public async Task GatewayThatEnds_IsSaidOnAnOpenPage()
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook());
        DashboardHost host = await States.StartAsync("healthy");
        await page.GoAsync(host.Page);
        await page.UntilAsync("document.getElementById('live').textContent === 'Live'");
        await host.DisposeAsync();
        await page.UntilAsync("document.getElementById('live').className === 'off'");
    }

    [SkippableFact]
    public async Task Fleet_IsChosenFromByKeyboardAlone()
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook());
        await using DashboardHost host = await States.StartAsync("fifty");
        await page.GoAsync(host.Page);
        for (int i = 0; i < 12 && (string?)await page.EvalAsync("document.activeElement.id") != "node"; i++)
        {
            await page.PressAsync("Tab");
        }

        Assert.Equal("node", (string?)await page.EvalAsync("document.activeElement.id"));
        Assert.NotEqual("none", (string?)await page.EvalAsync("getComputedStyle(document.activeElement).outlineStyle"));
        await page.PressAsync("ArrowDown");
        await page.PressAsync("ArrowDown");
        Assert.Equal("node-02", (string?)await page.EvalAsync("document.activeElement.value"));
        // A report in between does not take the choice away.
        host.Report(TimeSpan.FromSeconds(1));
        await page.PressAsync("Tab");
        await page.PressAsync("Enter");
        await page.UntilAsync("location.search === '?node=node-02' && document.readyState === 'complete'");
        Assert.Equal("node-02", (string?)await page.EvalAsync("document.getElementById('status-title').textContent"));
        await page.UntilAsync("document.getElementById('live').textContent === 'Live'");
        await PageChecks.HoldAsync(page);
    }

    [SkippableFact]
    public async Task FirstTab_LeadsPastTheMasthead()
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook(Width: 390));
        await using DashboardHost host = await States.StartAsync("healthy");
        await page.GoAsync(host.Page);
        await page.PressAsync("Tab");
        Assert.Equal("skip", (string?)await page.EvalAsync("document.activeElement.className"));
        Assert.True((double)(await page.EvalAsync("document.activeElement.getBoundingClientRect().left"))! >= 0);
        await page.PressAsync("Enter");
        await page.UntilAsync("location.hash === '#main'");
    }

    [SkippableFact]
    public async Task HostileNames_AreShownAsText()
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook());
        await using DashboardHost host = await States.StartAsync("hostile");
        await page.GoAsync(new Uri(host.Page, "?node=" + Uri.EscapeDataString(States.HostileName)));
        await page.UntilAsync("document.getElementById('live').textContent === 'Live'");
        Assert.Equal(States.HostileName, (string?)await page.EvalAsync("document.getElementById('status-title').textContent"));
        Assert.Null(await page.EvalAsync("window.stolen ?? null"));
        Assert.Equal(0, (int)(await page.EvalAsync("document.querySelectorAll('img, iframe, b.evil, main script').length"))!);
        await PageChecks.HoldAsync(page);
    }

    [SkippableFact]
    public async Task Checks_OfABrokenPage_SayWhatIsBroken()
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook());
        await using DashboardHost host = await States.StartAsync("starting");
        await page.GoAsync(host.Page);
        foreach ((string damage, string finding) in ((string, string)[])
            [
                ("document.querySelector('#status-title').style.color = '#bbb'", "1.9"),
                ("document.querySelector('main').style.minWidth = '1500px'", "scrolls sideways"),
                ("document.querySelector('#process h3').outerHTML = '<h4>Deep</h4>'", "heading level skipped"),
                ("document.querySelector('#process h2').id = 'cards'", "id twice"),
                ("document.querySelector('svg[role=img]').removeAttribute('aria-label')", "without a name"),
                ("console.error('broken')", "broken"),
                ("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.stolen = 1' }))", "script-src"),
                ("document.body.append(Object.assign(new Image(), { src: 'https://elsewhere.example/x.png' }))", "img-src"),
            ])
        {
            Assert.DoesNotContain(await PageChecks.FindAsync(page), found => found.Contains(finding, StringComparison.Ordinal));
            await page.EvalAsync(damage + "; 0");
            await Eventually.TrueAsync(async () => (await PageChecks.FindAsync(page)).Any(found => found.Contains(finding, StringComparison.Ordinal)));
        }
    }

    [SkippableFact]
    public async Task ReducedMotion_MeansNothingMoves()
    {
        await using BrowserPage page = await OpenAsync(new BrowserLook(Motion: false));
        await using DashboardHost host = await States.StartAsync("healthy");
        await page.GoAsync(host.Page);
        await page.UntilAsync("document.getElementById('live').textContent === 'Live'");
        Assert.Equal(0, (int)(await page.EvalAsync("document.getAnimations().length"))!);
    }

    private Task<BrowserPage> OpenAsync(BrowserLook look)
    {
        Skip.If(fixture.Browser is null, "No chromium on this machine.");
        return fixture.Browser!.OpenAsync(look);
    }
}
