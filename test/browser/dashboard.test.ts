import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { freePort } from '../e2e/free-port.js';
import { closeBrowser, DashboardFixture } from './dashboard-fixture.js';
import { waitInPage } from './wait-in-page.js';

after(closeBrowser);

const HOSTS = ['web-1', 'web-2', 'web-3'];

test('an empty engine says how to send the first point, and shows it when it has come', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.open('/');
  await page.getByRole('heading', { name: 'No points yet' }).waitFor();
  assert.match((await page.locator('pre').first().textContent()) ?? '', /api\/v1\/record/);
  await dashboard.picture('empty');
  await dashboard.checkAccessible('the empty page');
  await dashboard.record([{ name: 'my_metric', value: 42 }]);
  await page.getByRole('heading', { name: 'my_metric' }).waitFor({ timeout: 5_000 });
  dashboard.checkSilent();
});

test('a metric is searched, drawn, filtered, split, and the address has all of it', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', HOSTS);
  await dashboard.recordHour('disk_usage', ['web-9']);
  await dashboard.open('/dashboard');
  await page.keyboard.press('/');
  await page.getByRole('combobox', { name: 'Metric' }).fill('cpu');
  await page.getByRole('option', { name: 'cpu_usage' }).click();
  await page.getByText('mean of 3 series').waitFor();
  assert.ok((await dashboard.inkOf()) > 1_000, 'the chart is drawn');
  await page.getByRole('combobox', { name: 'Split by' }).fill('host');
  await page.getByRole('option', { name: 'host', exact: true }).click();
  await page.getByRole('button', { name: /host=web-3/ }).waitFor();
  assert.equal(await page.getByRole('list', { name: 'Series' }).getByRole('listitem').count(), 3);
  await page.getByRole('combobox', { name: 'Filter by label' }).fill('regi');
  await page.getByRole('option', { name: 'region' }).click();
  await page.getByRole('combobox', { name: 'Value' }).fill('eu');
  await page.getByRole('option', { name: 'eu' }).click();
  await page.getByText('2 lines').waitFor();
  const address = page.url();
  for (const part of ['metric=cpu_usage', 'by=host', 'filter=region%3Deu'])
    assert.ok(address.includes(part), address);
  await page.reload();
  await page.getByText('2 lines').waitFor();
  assert.equal(page.url(), address, 'a reload gives the same picture');
  await dashboard.picture('explore');
  await dashboard.checkAccessible('Explore');
  await page.goBack();
  await page.getByText('3 lines').waitFor();
  dashboard.checkSilent();
});

test('values that come less often than windows are joined, a lone one is a point', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const now = Date.now();
  await dashboard.record([
    ...[4, 3, 2, 1].map((ago) => ({ name: 'seldom', value: 50 + ago, timestamp: now - ago * 60_000 })),
    { name: 'once', value: 1, timestamp: now - 120_000 },
  ]);
  const range = `from=${now - 300_000}&to=${now}`;
  await dashboard.open(`/dashboard?metric=seldom&${range}`);
  await dashboard.page.getByText('one series').waitFor();
  const line = await dashboard.inkOf();
  assert.ok(line > 700, `a line over most of the chart has ${line} pixels`);
  await dashboard.open(`/dashboard?metric=once&${range}`);
  await dashboard.page.getByText('one series').waitFor();
  const point = await dashboard.inkOf();
  assert.ok(point > 5 && point < 100, `a point has ${point} pixels`);
  dashboard.checkSilent();
});

test('percentiles, heat map, table and statistics of a metric', async (t) => {
  const dashboard = await DashboardFixture.start(t, { acceptDownloads: true });
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('latency', HOSTS);
  await dashboard.open('/dashboard?metric=latency');
  await page.getByRole('button', { name: 'Percentiles' }).click();
  await page.getByRole('button', { name: /p99/ }).waitFor();
  await page.getByRole('button', { name: 'Heat map' }).click();
  await page.getByRole('img', { name: /Heat map/ }).waitFor();
  assert.ok((await dashboard.inkOf('canvas.heat')) > 1_000, 'the heat map is drawn');
  await dashboard.picture('heatmap');
  await dashboard.checkAccessible('the heat map');
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('button', { name: 'Download CSV' }).waitFor();
  await page.getByRole('button', { name: 'all series' }).click();
  const first = page.getByRole('region', { name: 'Values' }).locator('tbody tr td.number').first();
  const top = Number(await first.textContent());
  await page.getByRole('button', { name: 'all series' }).click();
  assert.ok(Number(await first.textContent()) < top, 'the table is sorted both ways');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV' }).click(),
  ]);
  const csv = readFileSync((await download.path())!, 'utf8');
  assert.match(csv, /^time,all series\r\n20/);
  await dashboard.checkAccessible('the table');
  await page.getByRole('button', { name: 'Statistics' }).click();
  await page.getByRole('heading', { name: 'Statistics of the range' }).waitFor();
  await page.getByText(/anomalies/).waitFor();
  await page.getByRole('cell', { name: 'standard deviation' }).waitFor();
  await dashboard.picture('statistics');
  await dashboard.checkAccessible('the statistics');
  dashboard.checkSilent();
});

test('time: presets, keys, a dragged range and the way back', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', HOSTS);
  await dashboard.open('/dashboard?metric=cpu_usage');
  const plot = page.locator('.u-over');
  await plot.waitFor();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/from=\d+&to=\d+/);
  await page.getByText('standing still').waitFor();
  const parameters = new URL(page.url()).searchParams;
  const length = Number(parameters.get('to')) - Number(parameters.get('from'));
  assert.ok(Math.abs(length / 3_600_000 - 0.3) < 0.02, `${length} ms were dragged over`);
  await page.keyboard.press('ArrowDown');
  await waitInPage(
    page,
    `(() => { const p = new URLSearchParams(location.search); return p.get('to') - p.get('from') > ${length * 1.9}; })()`,
  );
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('l');
  await page.waitForURL(/range=1h/);
  await page.keyboard.press(' ');
  await page.getByRole('button', { name: 'Go on' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await dashboard.checkAccessible('the help');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Custom…' }).click();
  await page.getByRole('textbox', { name: 'Last' }).fill('nonsense');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText(/Write a length such as/).waitFor();
  await page.getByRole('textbox', { name: 'Last' }).fill('6h');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/range=6h/);
  dashboard.checkSilent();
});

test('the chart moves with the points that come, and goes on when the engine has been started again', async (t) => {
  const flags = ['--port', String(await freePort())];
  const dashboard = await DashboardFixture.start(t, {}, flags);
  if (dashboard === undefined) return;
  const { page, engine } = dashboard;
  await dashboard.record([{ name: 'm', value: 1, labels: { host: 'a' } }]);
  await dashboard.open('/dashboard?metric=m&range=5m&agg=last');
  await page.getByRole('button', { name: /all series 1$/ }).waitFor();
  await dashboard.record([{ name: 'm', value: 77, labels: { host: 'a' } }]);
  await page.getByRole('button', { name: /all series 77$/ }).waitFor({ timeout: 5_000 });
  await engine.stop();
  await page.getByRole('alert').waitFor({ timeout: 10_000 });
  assert.match((await page.getByRole('alert').textContent()) ?? '', /does not answer/);
  await page.getByRole('button', { name: /all series 77$/ }).waitFor();
  const again = await EngineProcess.start({ folder: engine.folder, flags });
  t.after(() => again.stop());
  await page.getByRole('alert').waitFor({ state: 'detached', timeout: 15_000 });
  dashboard.checkSilent(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket/);
});

test('the operator sees rates, shards, tiers, refusals and cardinality', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', HOSTS);
  await dashboard.open('/dashboard');
  await page.getByRole('link', { name: 'Operator' }).click();
  await page.getByRole('heading', { name: 'Healthy' }).waitFor();
  await page.getByText('no points refused').waitFor();
  await dashboard.record([
    { name: 'ok', value: 1 },
    { name: 'old', value: 1, timestamp: 1e12 },
  ]);
  await page.getByRole('cell', { name: 'too_old' }).waitFor();
  await page.getByRole('cell', { name: '1m', exact: true }).waitFor();
  await page.getByRole('row', { name: /^messages sent \d/ }).waitFor();
  await page.getByRole('button', { name: 'cpu_usage' }).waitFor();
  await dashboard.picture('operator');
  await dashboard.checkAccessible('Operator');
  await page.getByRole('button', { name: 'cpu_usage' }).click();
  await page.getByRole('heading', { name: 'cpu_usage' }).waitFor();
  dashboard.checkSilent();
});

test('names that try to be code stay text', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  const name = '<img src=x onerror=alert(1)>"\'`$(1)';
  const host = '<script>document.title="owned"</script>';
  await dashboard.recordHour(name, [host, '=HYPERLINK("http://x")']);
  await dashboard.open(`/dashboard?metric=${encodeURIComponent(name)}&by=host`);
  await page.getByRole('heading', { name }).waitFor();
  await page.getByRole('button', { name: `host=${host}` }).waitFor();
  await page.locator('.u-over').hover();
  await page.locator('.tooltip .name', { hasText: host }).waitFor();
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('button', { name: 'Download CSV' }).waitFor();
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.title(), 'Explore · Millrace');
  dashboard.checkSilent();
});

test('every view fits a phone, dark and light', async (t) => {
  for (const colorScheme of ['dark', 'light'] as const) {
    const dashboard = await DashboardFixture.start(t, { viewport: { width: 390, height: 844 }, colorScheme });
    if (dashboard === undefined) return;
    const { page } = dashboard;
    await dashboard.recordHour('cpu_usage', HOSTS);
    for (const path of ['/dashboard?metric=cpu_usage&by=host', '/dashboard/operator']) {
      await dashboard.open(path);
      await page.locator('canvas').first().waitFor();
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      assert.ok((overflow as number) <= 0, `${path} is ${overflow} px too wide`);
      await dashboard.checkAccessible(`${path} on a phone, ${colorScheme}`);
      await dashboard.picture(`phone-${colorScheme}${path.includes('operator') ? '-operator' : ''}`);
    }
    dashboard.checkSilent();
  }
});

test('the page is served with a strict policy, cached and compressed', async (t) => {
  const engine = await EngineProcess.start();
  t.after(async () => {
    await engine.stop();
    engine.removeFolder();
  });
  const page = await fetch(`${engine.url}/`);
  const html = await page.text();
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'.*trusted-types 'none'/);
  const files = new Set(html.match(/\/dashboard\/assets\/[^"]+\.(js|css)/g));
  assert.equal(files.size, 3, 'the first request, the page, the style');
  let bytes = 0;
  for (const path of files) {
    const response = await fetch(engine.url + path, { headers: { 'accept-encoding': 'br' } });
    assert.equal(response.headers.get('content-encoding'), 'br');
    assert.match(response.headers.get('cache-control') ?? '', /immutable/);
    const head = await fetch(engine.url + path, { method: 'HEAD', headers: { 'accept-encoding': 'br' } });
    bytes += Number(head.headers.get('content-length'));
    const again = await fetch(engine.url + path, {
      headers: { 'if-none-match': response.headers.get('etag')! },
    });
    assert.equal(again.status, 304);
  }
  assert.ok(bytes > 0 && bytes <= 60 * 1_024, `scripts and style take ${bytes} bytes compressed`);
  assert.equal((await fetch(`${engine.url}/dashboard/assets/none.js`)).status, 404);
});
