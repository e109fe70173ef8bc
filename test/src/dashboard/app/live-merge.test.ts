import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPageModule } from '../page-module.js';

interface Answer {
  times: readonly number[];
  series: readonly { labels: Record<string, string>; name?: string; values: readonly (number | null)[] }[];
}

interface Window {
  timestamp: string;
  closed: boolean;
  data: readonly object[];
}

const { mergeWindow } = await loadPageModule<{
  mergeWindow(answer: Answer, window: Window, fromMs: number, stepMs: number): Answer;
}>('views/explore/live-merge.ts');

const STEP_MS = 1_000;
const ANSWER: Answer = {
  times: [1_000, 2_000, 3_000],
  series: [
    { labels: { host: 'a', zone: 'x' }, values: [1, 2, null] },
    { labels: { host: 'b' }, values: [5, null, 6] },
  ],
};

const windowAt = (timeMs: number, data: readonly object[]): Window => ({
  timestamp: new Date(timeMs).toISOString(),
  closed: false,
  data,
});

interface Case {
  window: Window;
  fromMs?: number;
  times: readonly number[];
  values: readonly (readonly (number | null)[])[];
}

function check(title: string, { window, fromMs = 1_000, times, values }: Case): void {
  test(`mergeWindow() ${title}`, () => {
    const before = JSON.stringify(ANSWER);
    const merged = mergeWindow(ANSWER, window, fromMs, STEP_MS);
    assert.deepEqual(merged.times, times);
    assert.deepEqual(
      merged.series.map((each) => each.values),
      values,
    );
    assert.equal(JSON.stringify(ANSWER), before, 'the answer that is shown is not touched');
  });
}

check('changes a window that is there, whatever the order of labels', {
  window: windowAt(3_000, [{ labels: { zone: 'x', host: 'a' }, mean: 9 }]),
  times: [1_000, 2_000, 3_000],
  values: [
    [1, 2, 9],
    [5, null, 6],
  ],
});
check('adds a window', {
  window: windowAt(4_000, [{ labels: { host: 'b' }, mean: 7 }]),
  times: [1_000, 2_000, 3_000, 4_000],
  values: [
    [1, 2, null, null],
    [5, null, 6, 7],
  ],
});
check('adds the empty windows between, so that no line is drawn over a silence', {
  window: windowAt(6_000, [{ labels: { host: 'b' }, mean: 7 }]),
  times: [1_000, 2_000, 3_000, 4_000, 5_000, 6_000],
  values: [
    [1, 2, null, null, null, null],
    [5, null, 6, null, null, 7],
  ],
});
check('lets go of windows that have left the range', {
  window: windowAt(4_000, [{ labels: { host: 'b' }, mean: 7 }]),
  fromMs: 2_500,
  times: [2_000, 3_000, 4_000],
  values: [
    [2, null, null],
    [null, 6, 7],
  ],
});
check('begins anew after a silence longer than the range', {
  window: windowAt(3_600_000, [{ labels: { host: 'b' }, mean: 7 }]),
  fromMs: 3_598_000,
  times: [3_598_000, 3_599_000, 3_600_000],
  values: [
    [null, null, null],
    [null, null, 7],
  ],
});
check('passes over a late window that the chart does not have', {
  window: windowAt(1_500, [{ labels: { host: 'b' }, mean: 7 }]),
  times: ANSWER.times,
  values: ANSWER.series.map(({ values }) => values),
});
check('passes over groups that the chart does not have', {
  window: windowAt(3_000, [{ labels: { host: 'new' }, mean: 7 }]),
  times: ANSWER.times,
  values: ANSWER.series.map(({ values }) => values),
});
