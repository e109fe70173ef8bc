import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeBrowser, DashboardFixture } from './dashboard-fixture.js';
import { waitInPage } from './wait-in-page.js';

after(closeBrowser);

/** Scrolls the table as far as it goes; answers how far that was. */
const SCROLL_RIGHT = `(() => {
  const box = document.querySelector('.table-box');
  box.scrollLeft = box.scrollWidth;
  return box.scrollLeft;
})()`;

/** Runs in the page. */
const isWhole = (element: unknown): boolean => {
  const { scrollWidth, clientWidth } = element as { scrollWidth: number; clientWidth: number };
  return scrollWidth <= clientWidth;
};

const HOSTS = ['web-1', 'web-2', 'web-3'];
const REFUSED = /ERR_FAILED|ERR_CONNECTION|404|WebSocket/;

test('every state of every view is accessible and fits, on a phone in the dark and on a desk', async (t) => {
  const sizes = [
    { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
    { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  ] as const;
  for (const options of sizes) {
    const dashboard = await DashboardFixture.start(t, options);
    if (dashboard === undefined) return;
    const { page } = dashboard;
    const check = async (what: string): Promise<void> => {
      const overflow = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
      assert.ok(overflow <= 0, `${what} is ${overflow} px too wide`);
      await dashboard.checkAccessible(`${what}, ${options.colorScheme}`);
      await dashboard.picture(`state-${what.replaceAll(' ', '-')}-${options.colorScheme}`);
    };
    await dashboard.open('/');
    await page.getByRole('heading', { name: 'No points yet' }).waitFor();
    await check('an empty engine');
    await dashboard.recordHour('cpu_usage', HOSTS);
    for (const view of ['lines', 'bands', 'heatmap', 'table']) {
      await dashboard.open(`/dashboard?metric=cpu_usage&by=host&filter=host%3D~web.*&view=${view}&stats=1`);
      await page.getByRole('cell', { name: 'standard deviation' }).waitFor();
      await page
        .locator(view === 'table' ? '.table-box' : 'canvas')
        .first()
        .waitFor();
      await check(`the picture ${view}`);
    }
    await dashboard.open('/dashboard?metric=cpu_usag');
    await page.getByRole('alert').waitFor();
    await check('an unknown metric');
    await page.getByRole('button', { name: 'cpu_usage' }).click();
    await page.getByText('mean of 3 series').waitFor();
    await dashboard.open('/dashboard?metric=cpu_usage&from=1000&to=100000');
    await page.getByRole('heading', { name: 'No points in this range' }).waitFor();
    await check('a range without points');
    await page.getByRole('button', { name: /1970|Custom/ }).click();
    await page.getByRole('textbox', { name: 'Last' }).fill('nonsense');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText(/Write a length such as/).waitFor();
    await check('a range by hand');
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.getByRole('option').first().waitFor();
    await check('the search');
    dashboard.checkSilent(REFUSED);
  }
});

test('the operator is told since when there is no answer, and never that all is well', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.open('/dashboard/operator');
  await page.getByRole('heading', { name: 'Healthy' }).waitFor();
  await page.route('**/api/v1/**', (route) => route.abort());
  await page.getByRole('heading', { name: /^No answer since \d\d:\d\d:\d\d$/ }).waitFor();
  assert.match((await page.getByRole('alert').first().textContent()) ?? '', /asked again/);
  assert.equal(await page.getByRole('heading', { name: 'Healthy' }).count(), 0);
  await dashboard.checkAccessible('an operator view without an engine');
  await page.unroute('**/api/v1/**');
  await page.getByRole('heading', { name: 'Healthy' }).waitFor();
  dashboard.checkSilent(REFUSED);
});

test('a chart that waits for its engine says from when its data are, and goes on by itself, also when it stands still', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', HOSTS);
  await dashboard.open('/dashboard?metric=cpu_usage&paused=1');
  await page.getByText('mean of 3 series').waitFor();
  await page.route('**/api/v1/aggregate*', (route) => route.abort());
  await page.getByRole('button', { name: '5m', exact: true }).first().click();
  await page.getByText(/^as of \d\d:\d\d:\d\d$/).waitFor();
  assert.match((await page.getByRole('alert').textContent()) ?? '', /Shown is what was known at/);
  assert.ok((await dashboard.inkOf()) > 500, 'the old picture stays');
  await page.unroute('**/api/v1/aggregate*');
  await page.getByRole('alert').waitFor({ state: 'detached' });
  await page.getByText('standing still').waitFor();
  dashboard.checkSilent(REFUSED);
});

test('by keys alone: the option that Enter takes is seen, in view, and the one for what was typed', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  const names = Array.from({ length: 60 }, (_, i) => `metric_${String(i).padStart(2, '0')}`);
  await dashboard.record(names.map((name) => ({ name, value: 1, labels: { host: 'a' } })));
  await dashboard.open('/dashboard?metric=metric_00');
  await page.getByText('one series').waitFor();
  await page.keyboard.press('/');
  await page.getByRole('option', { name: 'metric_00' }).waitFor();
  await page.getByText('The first 50.').waitFor();
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowDown');
  const active = page.getByRole('listbox').getByRole('option', { selected: true });
  assert.equal(((await active.textContent()) ?? '').trim(), 'metric_40');
  const seen = (await page.evaluate(`(() => {
    const option = document.querySelector('[role=listbox] [aria-selected=true]');
    const box = option.parentElement.getBoundingClientRect();
    const place = option.getBoundingClientRect();
    const colourOf = (element) => getComputedStyle(element).backgroundColor;
    return [place.top >= box.top && place.bottom <= box.bottom, colourOf(option) !== colourOf(option.previousElementSibling)];
  })()`)) as boolean[];
  assert.deepEqual(seen, [true, true], 'it is in view, and looks unlike its neighbours');
  // The answer for what is typed comes after Enter: what stood there before must not be taken.
  await page.route('**/metrics/names*', async (route) => {
    await sleep(400);
    await route.continue();
  });
  await page.keyboard.type('metric_57');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'metric_57' }).waitFor();
  await page.getByRole('combobox', { name: 'Filter by label' }).focus();
  await page.keyboard.type('host');
  await page.getByRole('option', { name: 'host' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: 'a', exact: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('host is a').waitFor();
  dashboard.checkSilent();
});

test('an address of garbage is a page, not an error', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', HOSTS);
  const garbage = [
    'range=999999w',
    'range=%00&view=nothing&agg=__proto__&source=constructor',
    'from=1e308&to=-1',
    'from=253402300799998&to=253402300799999',
    'filter=&filter=%3D&filter=a&by=&by=__proto__&by=host&by=host',
    'zero=2&paused=yes&stats=&%F0%9F=%80',
  ];
  for (const query of garbage) {
    await dashboard.open(`/dashboard?metric=cpu_usage&${query}`);
    await page.locator('.plot canvas, .state, [role=alert]').first().waitFor();
    await page.getByRole('heading', { name: 'cpu_usage' }).waitFor();
  }
  await dashboard.open('/dashboard/nothing-here');
  await page.getByRole('heading', { name: 'cpu_usage' }).waitFor();
  dashboard.checkSilent(/the server responded with a status of 4\d\d/);
});

test('the command for the first point can be copied', async (t) => {
  const dashboard = await DashboardFixture.start(t, { permissions: ['clipboard-read', 'clipboard-write'] });
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.open('/');
  await page.getByRole('button', { name: 'Copy: the command that sends a point' }).click();
  await page.getByRole('button', { name: 'Copied: the command that sends a point' }).waitFor();
  assert.match((await page.evaluate('navigator.clipboard.readText()')) as string, /^curl -X POST http/);
  dashboard.checkSilent();
});

test('arrows scroll a table that has the focus, and move time elsewhere', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', HOSTS);
  await dashboard.open('/dashboard?metric=cpu_usage&view=table');
  const table = page.getByRole('region', { name: 'Values' });
  await table.focus();
  await page.keyboard.press('ArrowDown');
  await waitInPage(page, `document.querySelector('.table-box').scrollTop > 0`);
  assert.doesNotMatch(page.url(), /from=/, 'the range is the same');
  await page.getByRole('button', { name: 'Table' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForURL(/from=/);
  dashboard.checkSilent();
});

test('on a phone the times of a table stay in sight, and names stand whole', async (t) => {
  const dashboard = await DashboardFixture.start(t, { viewport: { width: 390, height: 844 } });
  if (dashboard === undefined) return;
  const { page } = dashboard;
  const name = 'http.request.duration_of_the_slowest_seconds';
  await dashboard.recordHour(name, ['web-1', 'web-2', 'web-3', 'web-4']);
  await dashboard.open(`/dashboard?metric=${name}&by=host&view=table`);
  const time = page.locator('.table-box td').first();
  await time.waitFor();
  const before = (await time.boundingBox())!;
  assert.ok((await page.evaluate<number>(SCROLL_RIGHT)) > 0, 'the table is wider than its place');
  assert.equal((await time.boundingBox())!.x, before.x);
  await dashboard.open('/dashboard/operator');
  const link = page.getByRole('button', { name });
  await link.waitFor();
  assert.ok(await link.evaluate(isWhole), 'a name is cut off');
  dashboard.checkSilent();
});

test('a view that was left is as it was, with the range of now', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  await dashboard.recordHour('cpu_usage', HOSTS);
  await dashboard.recordHour('disk_usage', HOSTS);
  await dashboard.open('/?metric=disk_usage&by=host&range=24h');
  await page.getByText('3 lines').waitFor();
  await page.getByRole('link', { name: 'Operator' }).click();
  await page.getByRole('heading', { name: 'Healthy' }).waitFor();
  await page.getByRole('link', { name: 'Explore' }).click();
  await page.getByText('3 lines').waitFor();
  assert.equal(await page.locator('#chart-title').textContent(), 'disk_usage');
  assert.match(page.url(), /\/dashboard\?metric=disk_usage&by=host&range=24h$/);
  await page.getByRole('link', { name: 'Operator' }).click();
  await page.getByRole('button', { name: 'cpu_usage' }).click();
  await page.getByText('mean of 3 series').waitFor();
  assert.match(page.url(), /\/dashboard\?range=24h&metric=cpu_usage$/);
  dashboard.checkSilent();
});
