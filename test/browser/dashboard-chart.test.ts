import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, DashboardFixture } from './dashboard-fixture.js';

after(closeBrowser);

/** Pixels with a colour between two parts of the chart's width, above its axis of times: text may have some, too. */
const INK_BETWEEN = `(from, to) => {
  const canvas = document.querySelector('.plot canvas');
  const left = Math.round(canvas.width * from);
  const { data } = canvas.getContext('2d').getImageData(left, 0, Math.round(canvas.width * to) - left, canvas.height - 40);
  let ink = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue] = data.subarray(i, i + 3);
    if (data[i + 3] > 0 && Math.max(red, green, blue) - Math.min(red, green, blue) > 80) ink++;
  }
  return ink;
}`;

/** Twenty minutes of eight hosts in windows of two seconds: enough values for lines that are drawn by themselves. */
const TICKS = 600;
const HOSTS = 8;

test('a chart of many values has lines where there are values and none where there are not', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  const endMs = Math.floor(Date.now() / 2_000) * 2_000;
  const ticks = Array.from({ length: TICKS }, (_, tick) => tick).filter((tick) => tick < 200 || tick >= 400);
  const points = ticks.flatMap((tick) =>
    Array.from({ length: HOSTS }, (_, host) => ({
      name: 'dense',
      value: 50 + 20 * Math.sin(tick / 30 + host),
      timestamp: endMs - (TICKS - tick) * 2_000,
      labels: { host: `host-${host}` },
    })),
  );
  await dashboard.record(points);
  await dashboard.open(`/dashboard?metric=dense&by=host&from=${endMs - TICKS * 2_000}&to=${endMs}`);
  await page.getByText('a value each 2s').waitFor();
  await dashboard.inkOf('.plot canvas');
  const inkBetween = (from: number, to: number): Promise<number> =>
    page.evaluate(`(${INK_BETWEEN})(${from}, ${to})`);
  const drawn = await inkBetween(0.1, 0.3);
  assert.ok(drawn > 1_500, `eight lines over 280 pixels have ${drawn}`);
  assert.equal(await inkBetween(0.4, 0.6), 0, 'nothing is drawn over a gap');
  const rest = await inkBetween(0.75, 0.95);
  assert.ok(rest > 1_500, `behind the gap there are ${rest}`);
  await page.getByRole('button', { name: 'host=host-3' }).click();
  await assert.doesNotReject(page.getByRole('button', { name: 'host=host-3', pressed: false }).waitFor());
  assert.ok((await inkBetween(0.1, 0.3)) < drawn, 'a line that is hidden is drawn no more');
  dashboard.checkSilent();
});
