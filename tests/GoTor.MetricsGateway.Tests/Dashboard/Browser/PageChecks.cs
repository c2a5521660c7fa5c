namespace GoTor.MetricsGateway.Tests.Dashboard.Browser;

/// <summary>What must hold of the page in every state and at every size. The checks run in the page and answer with what they found.</summary>
internal static class PageChecks
{
    /// <summary>Structure, names and contrast: the checks of accessibility tools that fit this page.</summary>
    private const string Accessibility =
        """
        (() => {
          const found = [];
          const say = (what, node) => found.push(`${what}: ${node.outerHTML.slice(0, 120)}`);
          const shown = (node) => node.checkVisibility() && !node.closest('[hidden]');
          const name = (node) => (node.getAttribute('aria-label')
            || (node.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim()
            || node.labels?.[0]?.textContent || node.textContent || '').trim();

          if (!document.documentElement.lang) found.push('no language');
          if (!document.title) found.push('no title');
          for (const landmark of ['header', 'nav', 'main', 'footer']) {
            if (document.querySelectorAll(landmark).length !== 1) found.push('not one ' + landmark);
          }
          if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
          let level = 0;
          for (const heading of [...document.querySelectorAll('h1,h2,h3,h4')].filter(shown)) {
            const next = +heading.tagName[1];
            if (next > level + 1) say('heading level skipped', heading);
            level = next;
          }
          const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
          for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) found.push('id twice: ' + id);
          for (const attribute of ['aria-labelledby', 'for']) {
            for (const node of document.querySelectorAll(`[${attribute}]`)) {
              for (const id of node.getAttribute(attribute).split(' ')) if (!document.getElementById(id)) say('refers to nothing', node);
            }
          }
          for (const node of [...document.querySelectorAll('a,button,select,summary,progress,section,article,svg[role=img]')].filter(shown)) {
            if (!name(node)) say('without a name', node);
          }
          for (const node of document.querySelectorAll('svg:not([role=img]):not([aria-hidden=true])')) say('picture without a meaning', node);
          for (const table of [...document.querySelectorAll('table')].filter(shown)) {
            if (!table.caption) say('no caption', table);
            for (const cell of table.querySelectorAll('th')) if (!cell.scope) say('header of what?', cell);
          }
          const live = [...document.querySelectorAll('[aria-live]')];
          if (live.length !== 1 || live[0].getAttribute('role') !== 'status') found.push(`${live.length} live regions`);
          for (const node of document.querySelectorAll('[tabindex]')) if (node.tabIndex > 0) say('forced order', node);
          for (const node of document.querySelectorAll('[style],script:not([src]),style')) say('inline', node);
          for (const node of document.querySelectorAll('*')) {
            for (const attribute of node.getAttributeNames()) if (attribute.startsWith('on')) say('inline handler', node);
          }
          return found;
        })()
        """;

    /// <summary>WCAG's 4.5 for all text; colours are computed, transparent grounds looked through.</summary>
    private const string Contrast =
        """
        (() => {
          const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
          const rgb = (colour) => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data];
          };
          const light = ([r, g, b]) => {
            const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
          };
          const ground = (node) => {
            for (let at = node; at; at = at.parentElement) {
              const colour = rgb(getComputedStyle(at).backgroundColor);
              if (colour[3] === 255) return colour;
            }
            return [255, 255, 255, 255];
          };
          const found = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const node = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || !node.checkVisibility() || ['OPTION', 'SCRIPT', 'NOSCRIPT'].includes(node.tagName)) continue;
            const [one, other] = [light(rgb(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
            const ratio = (one + 0.05) / (other + 0.05);
            if (ratio < 4.5) found.push(`${ratio.toFixed(2)}: ${node.outerHTML.slice(0, 120)}`);
          }
          return [...new Set(found)];
        })()
        """;

    /// <summary>Nothing is cut off, and on a phone nothing has to be pushed sideways or aimed at with a needle.</summary>
    private const string Layout =
        """
        (() => {
          const found = [];
          if (document.documentElement.scrollWidth > innerWidth) found.push(`scrolls sideways: ${document.documentElement.scrollWidth} > ${innerWidth}`);
          for (const node of document.querySelectorAll('main *, header *, footer *')) {
            if (!node.checkVisibility() || node.closest('svg, .hush')) continue;
            const box = node.getBoundingClientRect();
            if (box.width > 0 && (box.right > innerWidth + 1 || box.left < -1)) found.push('outside: ' + node.outerHTML.slice(0, 120));
          }
          for (const node of document.querySelectorAll('a, button, select, summary')) {
            const box = node.getBoundingClientRect();
            if (node.checkVisibility() && !node.matches('.skip') && box.height > 0 && box.height < 16) found.push('too small: ' + node.outerHTML.slice(0, 120));
          }
          return found;
        })()
        """;

    public static async Task HoldAsync(BrowserPage page) => Assert.Empty(await FindAsync(page));

    /// <summary>What is wrong with the page, or went wrong on it.</summary>
    public static async Task<List<string>> FindAsync(BrowserPage page)
    {
        List<string> found = [];
        foreach (string check in (string[])[Accessibility, Contrast, Layout])
        {
            found.AddRange((await page.EvalAsync(check))!.AsArray().Select(finding => (string)finding!));
        }

        found.AddRange(page.Problems);
        return found;
    }
}
