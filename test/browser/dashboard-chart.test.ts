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

test('the cursor tells what the lines say under it, also between two values, and nothing when it has left', async (t) => {
  const dashboard = await DashboardFixture.start(t);
  if (dashboard === undefined) return;
  const { page } = dashboard;
  const now = Date.now();
  await dashboard.record(
    Array.from({ length: 30 }, (_, ago) =>
      [1, 2].map((host) => ({
        name: 'seldom',
        value: host * 10,
        timestamp: now - ago * 10_000,
        labels: { host: `host-${host}` },
      })),
    ).flat(),
  );
  await dashboard.open(`/dashboard?metric=seldom&by=host&from=${now - 300_000}&to=${now}`);
  await page.getByText('2 lines').waitFor();
  await dashboard.inkOf('.plot canvas');
  const tooltip = page.locator('.tooltip');
  assert.equal(await tooltip.count(), 0);
  const box = (await page.locator('.plot .u-over').boundingBox())!;
  for (let x = 0.4; x < 0.45; x += 0.005) {
    await page.mouse.move(box.x + box.width * x, box.y + box.height / 2);
    await tooltip.waitFor();
    const told = (await tooltip.innerText()).split('\n').slice(1);
    assert.deepEqual(told, ['host=host-2', '20', 'host=host-1', '10'], 'from the highest down');
  }
  await page.getByRole('button', { name: 'host=host-2' }).click();
  await tooltip.waitFor({ state: 'detached' });
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2);
  await tooltip.waitFor();
  assert.doesNotMatch(await tooltip.innerText(), /host-2/, 'a hidden line is not told');
  const tip = (await tooltip.boundingBox())!;
  assert.ok(tip.x >= box.x && tip.x + tip.width <= box.x + box.width * 0.8, 'it stands where there is room');
  dashboard.checkSilent();
});
