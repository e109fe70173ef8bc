import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPageModule } from '../page-module.js';

interface DrawPace {
  readonly gapMs: number;
  readonly updatesPerSecond: number;
  readonly isSlow: boolean;
  drew(costMs: number): void;
}

const { DrawPace } = await loadPageModule<{ DrawPace: new () => DrawPace }>('views/explore/draw-pace.ts');

/** Updates a second after each group of updates that took so long. */
function check(title: string, costsMs: readonly number[], expected: readonly number[]): void {
  test(`DrawPace ${title}`, () => {
    const pace = new DrawPace();
    const seen = costsMs.map((cost) => {
      for (let i = 0; i < 5; i++) pace.drew(cost);
      return pace.updatesPerSecond;
    });
    assert.deepEqual(seen, expected);
    assert.equal(pace.isSlow, expected.at(-1) !== 10);
  });
}

check('draws ten times a second while drawing is quick', [5, 20, 24], [10, 10, 10]);
check('goes from ten to four to two updates as drawing gets slow', [40, 70, 300, 300], [4, 2, 2, 2]);
check('stays where it is while it would be slow again', [40, 20, 11, 20], [4, 4, 4, 4]);
check('goes back up step by step when drawing is quick again', [200, 200, 20, 8], [4, 2, 4, 10]);

test('DrawPace is not slowed down by one slow update', () => {
  const pace = new DrawPace();
  for (const cost of [5, 400, 5, 5, 400]) pace.drew(cost);
  assert.equal(pace.gapMs, 100);
});
