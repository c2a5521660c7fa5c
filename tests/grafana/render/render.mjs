// Draws dashboards with Grafana's UI library in headless Chromium: node render.mjs PROMETHEUS FOLDER [FILE...]
// Writes one picture per dashboard into FOLDER and fails when a panel cannot be drawn. Nobody is spared looking at the pictures.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const [prometheus, folder, ...given] = process.argv.slice(2);
const source = path.resolve(import.meta.dirname, '../../../deploy/grafana/dashboards');
const files = given.length ? given : fs.readdirSync(source).map(file => path.join(source, file));
fs.mkdirSync(folder, { recursive: true });
await build({
  entryPoints: [path.join(import.meta.dirname, 'app.jsx')], outfile: path.join(folder, 'app.js'), bundle: true, format: 'iife', jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' }, logLevel: 'error', minify: true,
  loader: { '.svg': 'text', '.png': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl' },
});
const browser = await chromium.launch({
  executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(fs.existsSync),
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
let failed = false;
for (const file of files) {
  const dashboard = JSON.parse(fs.readFileSync(file, 'utf8'));
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', error => { failed = true; console.log(`${dashboard.uid}: ${error.message}`); });
  const settings = {
    dashboard, prometheus, minutes: Number(process.env.MINUTES ?? 2),
    variables: { node: dashboard.templating.list.some(variable => variable.name === 'node' && variable.multi) ? '.+' : (process.env.NODE ?? 'node-1'), network: '.+' },
  };
  const html = path.join(folder, `${dashboard.uid}.html`);
  fs.writeFileSync(html, `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="app.css"><body style="margin:0"><div id="root"></div>
<script>Object.assign(window, ${JSON.stringify(settings).replaceAll('<', '\\u003c')})</script><script src="app.js"></script>`);
  await page.goto(`file://${path.resolve(html)}`);
  await page.waitForFunction(() => document.querySelector('[data-panel]') && !document.querySelector('[data-state=waiting]'), null, { timeout: 60_000 });
  await page.waitForTimeout(1000);
  for (const panel of await page.locator('[data-panel]').all()) {
    const state = await panel.getAttribute('data-state');
    if (state === 'drawn' || (state === 'empty' && dashboard.uid === 'gotor-onion')) continue;
    failed = true;
    console.log(`${dashboard.uid}: "${await panel.getAttribute('data-panel')}" is ${state} ${await panel.getAttribute('data-error') ?? ''}`);
  }
  await page.screenshot({ path: path.join(folder, `${dashboard.uid}.png`), fullPage: true });
  console.log(`${dashboard.uid}: ${path.join(folder, `${dashboard.uid}.png`)}`);
  await page.close();
}
await browser.close();
process.exit(failed ? 1 : 0);
