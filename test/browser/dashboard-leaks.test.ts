import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { closeBrowser, DashboardFixture } from './dashboard-fixture.js';
import { waitInPage } from './wait-in-page.js';

after(closeBrowser);

/** Counts what a page has open: each thing adds one when it begins and takes it off when it ends. */
const COUNTERS = `(() => {
  const open = (window.open_ = { sockets: 0, intervals: 0, observed: 0, requests: 0 });
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...parts) {
      super(...parts);
      open.sockets++;
      this.addEventListener('close', () => open.sockets--);
    }
  };
  const intervals = new Set();
  const { setInterval, clearInterval, fetch } = window;
  window.setInterval = (...parts) => {
    const id = setInterval(...parts);
    intervals.add(id);
    open.intervals = intervals.size;
    return id;
  };
  window.clearInterval = (id) => {
    clearInterval(id);
    intervals.delete(id);
    open.intervals = intervals.size;
  };
  const Observer = window.ResizeObserver;
  window.ResizeObserver = class extends Observer {
    observe(...parts) {
      super.observe(...parts);
      open.observed++;
    }
    disconnect() {
      super.disconnect();
      open.observed--;
    }
  };
  window.fetch = (...parts) => {
    open.requests++;
    return fetch(...parts).finally(() => open.requests--);
  };
})()`;

interface Kept {
  open: Readonly<Record<string, number>>;
  listeners: number;
  nodes: number;
  heapBytes: number;
}

async function keptBy(page: Page, protocol: CDPSession): Promise<Kept> {
  await waitInPage(page, 'open_.requests === 0');
  const open = (await page.evaluate('({ ...open_ })')) as Kept['open'];
  for (let i = 0; i < 3; i++) await protocol.send('HeapProfiler.collectGarbage');
  const { metrics } = await protocol.send('Performance.getMetrics');
  const metricOf = (name: string): number => metrics.find((each) => each.name === name)?.value ?? 0;
  return {
    open,
    listeners: metricOf('JSEventListeners'),
    nodes: metricOf('Nodes'),
    heapBytes: metricOf('JSHeapUsedSize'),
  };
}

test('a page that goes from view to view fifty times keeps nothing of the views that are gone', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', ['web-1', 'web-2']);
  await page.addInitScript({ content: COUNTERS });
  await dashboard.open('/dashboard?metric=cpu_usage&by=host&range=5m&stats=1');
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Performance.enable');

  const tour = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      await page.getByRole('link', { name: 'Operator' }).click();
      await page.getByRole('heading', { name: 'Shards' }).waitFor();
      await page.goBack();
      await page.locator('.plot canvas').waitFor();
      if (i % 5 !== 0) continue;
      for (const picture of ['Heat map', 'Table', 'Percentiles', 'Lines']) {
        await page.getByRole('button', { name: picture }).click();
        await page
          .locator(picture === 'Table' ? '.table-box' : 'canvas')
          .first()
          .waitFor();
      }
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    await page.getByText('2 lines').waitFor();
    await page.getByRole('cell', { name: 'standard deviation' }).waitFor();
    await waitInPage(page, 'open_.sockets === 1');
  };

  await tour(6);
  const before = await keptBy(page, protocol);
  await tour(50);
  const after50 = await keptBy(page, protocol);
  assert.deepEqual(after50.open, before.open, 'sockets, intervals, observers, requests');
  assert.ok(
    after50.listeners <= before.listeners + 5,
    `listeners: ${before.listeners}, ${after50.listeners}`,
  );
  assert.ok(after50.nodes <= before.nodes + 100, `nodes: ${before.nodes}, ${after50.nodes}`);
  const grownKiB = (after50.heapBytes - before.heapBytes) / 1_024;
  // Compiled code and the browser's own list of requests take some of it; fifty charts would take several times as much.
  assert.ok(grownKiB < 1_024, `the heap has grown by ${grownKiB.toFixed(0)} KiB`);
  dashboard.checkSilent();
});

/** Draws of a chart, counted by the measure that it leaves for the browser's tools. */
const DRAWS = `(() => {
  window.draws_ = 0;
  new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) if (name === 'chart draw') window.draws_++;
  }).observe({ type: 'measure' });
})()`;

test('a chart that moves keeps nothing of what it has drawn', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  const hosts = ['web-1', 'web-2', 'web-3', 'web-4'];
  await dashboard.recordHour('cpu_usage', hosts);
  await page.addInitScript({ content: `${COUNTERS};${DRAWS}` });
  await dashboard.open('/dashboard?metric=cpu_usage&by=host&range=1h');
  await page.getByText('4 lines').waitFor();
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Performance.enable');
  let tick = 0;
  const timer = setInterval(() => {
    tick++;
    void dashboard.record(
      hosts.map((host) => ({ name: 'cpu_usage', value: 50 + (tick % 7), labels: { host } })),
    );
  }, 100);
  t.after(() => clearInterval(timer));
  /** What is kept while so many draws are made: the least of some looks, between which an answer may have come. */
  const keptOver = async (draws: number): Promise<Kept> => {
    const looks: Kept[] = [];
    for (let i = 0; i < 4; i++) {
      await page.evaluate('draws_ = 0');
      await waitInPage(page, `draws_ >= ${draws / 4}`);
      looks.push(await keptBy(page, protocol));
    }
    return looks.reduce((least, each) => (each.heapBytes < least.heapBytes ? each : least));
  };
  const before = await keptOver(40);
  const later = await keptOver(80);
  clearInterval(timer);
  assert.ok(later.nodes <= before.nodes + 50, `nodes: ${before.nodes}, ${later.nodes}`);
  assert.ok(later.listeners <= before.listeners + 5, `listeners: ${before.listeners}, ${later.listeners}`);
  const grownKiB = (later.heapBytes - before.heapBytes) / 1_024;
  // One draw's columns are 20 KiB; code that is compiled meanwhile takes some.
  assert.ok(grownKiB < 400, `the heap has grown by ${grownKiB.toFixed(0)} KiB in 80 draws`);
  dashboard.checkSilent();
});
