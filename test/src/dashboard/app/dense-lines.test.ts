import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPageModule } from '../page-module.js';

interface Plot {
  ctx: object;
  bbox: { left: number; top: number; width: number; height: number };
  data: readonly (readonly (number | null)[])[];
  scales: Readonly<Record<string, { min: number; max: number }>>;
}

interface Line {
  index: number;
  colour: string;
  width: number;
  dash: readonly number[];
  runs: readonly (readonly [number, number])[];
}

const { DenseLines } = await loadPageModule<{ DenseLines: new () => { draw(plot: Plot, line: Line): void } }>(
  'chart/dense-lines.ts',
);

/** What a canvas was told of lines, as SVG writes paths. */
function recorder(): { ctx: object; path(): string } {
  const parts: string[] = [];
  const noted: Readonly<Record<string, (x: number, y: number) => void>> = {
    moveTo: (x, y) => parts.push(`M${x} ${y}`),
    lineTo: (x, y) => parts.push(`L${x} ${y}`),
    stroke: () => parts.push('stroke'),
  };
  const ctx = new Proxy({}, { get: (_, name) => noted[String(name)] ?? (() => {}), set: () => true });
  return { ctx, path: () => parts.join(' ') };
}

const BOX = { left: 10, top: 20, width: 100, height: 50 };
const SCALES = { x: { min: 0, max: 10 }, y: { min: 0, max: 5 } };

interface Case {
  values: readonly (number | null)[];
  runs: readonly (readonly [number, number])[];
  path: string;
}

function check(title: string, { values, runs, path }: Case): void {
  test(`DenseLines.draw() ${title}`, () => {
    const canvas = recorder();
    const plot = { ctx: canvas.ctx, bbox: BOX, data: [values.map((_, i) => i), values], scales: SCALES };
    new DenseLines().draw(plot, { index: 1, colour: 'red', width: 1, dash: [], runs });
    assert.equal(canvas.path(), path);
  });
}

check('begins at the left and from below, on whole pixels', {
  values: [0, 5, 2.53],
  runs: [[0, 2]],
  path: 'M10 70 L20 20 L30 45 stroke',
});
check('takes up the pen between runs', {
  values: [0, 1, null, 3, 4],
  runs: [
    [0, 1],
    [3, 4],
  ],
  path: 'M10 70 L20 60 M40 40 L50 30 stroke',
});
check('goes over what is missing within a run', {
  values: [0, null, 2],
  runs: [[0, 2]],
  path: 'M10 70 L30 50 stroke',
});

test('DenseLines.draw() follows the times, the scale and the box from draw to draw', () => {
  const lines = new DenseLines();
  const pathOf = (changes: Partial<Plot>): string => {
    const canvas = recorder();
    const plot = {
      bbox: BOX,
      data: [
        [0, 1],
        [0, 0],
      ],
      scales: SCALES,
      ...changes,
      ctx: canvas.ctx,
    };
    lines.draw(plot, { index: 1, colour: 'red', width: 1, dash: [], runs: [[0, 1]] });
    return canvas.path();
  };
  assert.equal(pathOf({}), 'M10 70 L20 70 stroke');
  assert.equal(
    pathOf({
      data: [
        [2, 3],
        [0, 0],
      ],
    }),
    'M30 70 L40 70 stroke',
  );
  assert.equal(pathOf({ scales: { ...SCALES, x: { min: 0, max: 5 } } }), 'M10 70 L30 70 stroke');
  assert.equal(pathOf({ bbox: { ...BOX, left: 0, width: 200 } }), 'M0 70 L20 70 stroke');
});

test('DenseLines.draw() makes a line of more pixels of strokes beside each other, each a pixel wide', () => {
  const check = (width: number, expected: readonly string[]): void => {
    const told: string[] = [];
    const ctx = new Proxy(
      {},
      {
        get: (_, name) => (right: number, down: number) => {
          if (name === 'translate') told.push(`${right} ${down}`);
        },
        set: (_, name, value) => {
          if (name === 'lineWidth') assert.equal(value, 1);
          return true;
        },
      },
    );
    const plot = {
      ...{ ctx, bbox: BOX, scales: SCALES },
      data: [
        [0, 1],
        [0, 0],
      ],
    };
    new DenseLines().draw(plot, { index: 1, colour: 'red', width, dash: [], runs: [[0, 1]] });
    assert.deepEqual(told, expected);
  };
  check(1, ['0.5 0.5']);
  check(1.25, ['0.5 0.5']);
  check(0.5, ['0.5 0.5']);
  check(2, ['0.5 0.5', '1.5 0.5', '0.5 1.5']);
  check(3, ['0.5 0.5', '-0.5 0.5', '1.5 0.5', '0.5 -0.5', '0.5 1.5']);
  check(4, ['0.5 0.5', '-0.5 0.5', '1.5 0.5', '0.5 -0.5', '0.5 1.5']);
});
