import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { closeBrowser, DashboardFixture } from './dashboard-fixture.js';

after(closeBrowser);

const AGGREGATE = '**/api/v1/aggregate*';

/** Values that go on coming, one each so many ms, for as long as the engine is there. */
async function keepRecording(dashboard: DashboardFixture, name: string, everyMs: number): Promise<void> {
  try {
    for (let value = 1_000; ; value++) {
      await dashboard.record([{ name, value }]);
      await sleep(everyMs);
    }
  } catch {
    // The test is over, and its engine with it.
  }
}

/** Says that the page's tab is behind another one, or in front again. */
const hide = (page: Page, isHidden: boolean): Promise<unknown> =>
  page.evaluate(`(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'));
  })()`);

test('what only changes how a chart is shown asks nothing of the engine', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', ['web-1', 'web-2']);
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/aggregate')) asked++;
  });
  await dashboard.open('/dashboard?metric=cpu_usage&by=host');
  await page.getByText('2 lines').waitFor();
  assert.equal(asked, 1, 'the first chart is asked for once');
  await page.keyboard.press('z');
  await page.waitForURL(/zero=1/);
  await page.keyboard.press(' ');
  await page.getByText('standing still').waitFor();
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('button', { name: 'Download CSV' }).waitFor();
  await page.getByRole('button', { name: 'Lines' }).click();
  await page.locator('.plot canvas').waitFor();
  assert.equal(asked, 1);
  dashboard.checkSilent();
});

test('a reader whose clock is an hour wrong sees the last five minutes of the engine', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await page.addInitScript({
    content: '(() => { const now = Date.now; Date.now = () => now() + 3_600_000; })()',
  });
  await dashboard.record([{ name: 'm', value: 1 }]);
  await dashboard.open('/dashboard?metric=m&range=5m&agg=last');
  await page.getByRole('button', { name: /all series 1$/ }).waitFor();
  await dashboard.record([{ name: 'm', value: 77 }]);
  await page.getByRole('button', { name: /all series 77$/ }).waitFor();
  dashboard.checkSilent();
});

test('values that are pushed for one chart never come into another', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.record([{ name: 'calm', value: 1 }]);
  void keepRecording(dashboard, 'moving', 50);
  await dashboard.open('/dashboard?metric=calm&range=5m&agg=last');
  await page.getByRole('button', { name: /all series 1$/ }).waitFor();
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route(AGGREGATE, async (route) => {
    await held;
    await route.continue();
  });
  const opened = page.waitForEvent('websocket');
  await page.keyboard.press('/');
  await page.getByRole('combobox', { name: 'Metric' }).fill('moving');
  await page.getByRole('option', { name: 'moving' }).click();
  await (await opened).waitForEvent('framereceived', {
    predicate: ({ payload }) => String(payload).includes('window'),
  });
  await sleep(500);
  assert.equal(await page.locator('#chart-title').textContent(), 'calm');
  assert.ok(await page.getByRole('button', { name: /all series 1$/ }).isVisible());
  answer();
  await page.getByRole('button', { name: /all series 1,\d\d\d$/ }).waitFor();
  assert.equal(await page.locator('#chart-title').textContent(), 'moving');
  dashboard.checkSilent();
});

test('a page behind others asks anew when it is seen again, and draws nothing meanwhile', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.record([{ name: 'm', value: 1 }]);
  await dashboard.open('/dashboard?metric=m&range=5m&agg=last');
  await page.getByRole('button', { name: /all series 1$/ }).waitFor();
  await hide(page, true);
  await dashboard.record([{ name: 'm', value: 77 }]);
  await sleep(600);
  assert.ok(await page.getByRole('button', { name: /all series 1$/ }).isVisible());
  const asked = page.waitForRequest(AGGREGATE);
  await hide(page, false);
  await asked;
  await page.getByRole('button', { name: /all series 77$/ }).waitFor();
  dashboard.checkSilent();
});

test('an engine that takes longer than the time between two questions is waited for', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', ['web-1']);
  await page.route(AGGREGATE, async (route) => {
    await sleep(1_500);
    await route.continue().catch(() => {});
  });
  await page.route('**/operator/stats', async (route) => {
    await sleep(1_500);
    await route.continue().catch(() => {});
  });
  await dashboard.open('/dashboard?metric=cpu_usage&range=5m&agg=rate');
  await page.getByText('one series').waitFor({ timeout: 10_000 });
  await page.getByRole('link', { name: 'Operator' }).click();
  await page.getByRole('heading', { name: 'Healthy' }).waitFor({ timeout: 10_000 });
  dashboard.checkSilent();
});

test('a page that draws slowly is updated less often, and says so', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.record([{ name: 'm', value: 1 }]);
  void keepRecording(dashboard, 'm', 40);
  await dashboard.open('/dashboard?metric=m&range=5m');
  await page.getByText('one series').waitFor();
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Emulation.setCPUThrottlingRate', { rate: 40 });
  await page.getByText(/^live, (2|4) updates a second$/).waitFor();
  await protocol.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  dashboard.checkSilent();
});

test('who goes back sees what was there at once, and then what is there now', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', ['web-1', 'web-2']);
  await dashboard.open('/dashboard?metric=cpu_usage&by=host&paused=1');
  await page.getByText('a value each 5s').waitFor();
  await page.getByRole('button', { name: '24h' }).click();
  await page.getByText('a value each 2m').waitFor();
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let asked = 0;
  await page.route(AGGREGATE, async (route) => {
    asked++;
    await held;
    await route.continue();
  });
  await page.goBack();
  await page.getByText('a value each 5s').waitFor();
  assert.ok((await dashboard.inkOf('.plot canvas')) > 700, 'its lines are drawn');
  await page.getByRole('link', { name: 'Operator' }).click();
  await page.getByRole('heading', { name: 'Shards' }).waitFor();
  await page.goBack();
  await page.getByText('a value each 5s').waitFor();
  assert.ok(asked >= 2, 'each time the engine is asked all the same');
  letGo();
  await page.locator('section[aria-busy=false]').filter({ hasText: 'a value each 5s' }).waitFor();
  dashboard.checkSilent();
});

test('a page without a metric shows the first one, whose data are asked for as soon as its name is known', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', ['web-1']);
  await dashboard.recordHour('disk_usage', ['web-1']);
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/names|aggregate/.test(pathname)) asked.push(pathname);
  });
  // The page's own code is late, so that what is asked without it is seen.
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/assets/index-*.js', async (route) => {
    await held;
    await route.continue();
  });
  const answered = page.waitForResponse((response) => response.url().includes('/aggregate'));
  await page.goto(`${dashboard.engine.url}/dashboard`, { waitUntil: 'commit' });
  assert.equal((await answered).status(), 200, 'the chart is answered before the page can draw');
  letGo();
  await page.getByRole('heading', { name: 'cpu_usage' }).waitFor();
  await dashboard.inkOf('.plot canvas');
  assert.match(page.url(), /metric=cpu_usage/);
  assert.deepEqual(asked, ['/metrics/names', '/api/v1/aggregate'], 'nothing is asked for twice');
  dashboard.checkSilent();
});
