import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { History } from '../../../src/query/history.js';
import { HISTORY_MARK_BYTES, HistoryMark } from '../../../src/shard/history-mark.js';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const shard = () => ({ history: new SharedArrayBuffer(HISTORY_MARK_BYTES) });

test('an answer stays current while late points are not before its end', () => {
  const memory = shard();
  const mark = new HistoryMark(memory.history);
  const history = new History([memory]);
  assert.equal(history.versionsBefore(NOW), undefined);
  mark.close(NOW);
  assert.equal(history.versionsBefore(NOW + 1), undefined);
  const [now, yesterday, old] = [NOW, NOW - DAY, NOW - 300 * DAY].map(
    (endMs) => history.versionsBefore(endMs)!,
  );
  const check = (wanted: boolean[]): void =>
    assert.deepEqual(
      [now, yesterday, old].map((versions) => history.isCurrent(versions!)),
      wanted,
    );
  check([true, true, true]);
  mark.changedFrom(NOW - HOUR);
  check([false, true, true]);
  mark.changedFrom(NOW - 100 * DAY);
  // From before all spans that have a word: nobody can tell.
  check([false, false, false]);
});

test('an expiry, a deletion or a restart changes all of the past', () => {
  const memories = [shard(), shard()];
  const marks = memories.map(({ history }) => new HistoryMark(history));
  for (const mark of marks) mark.close(NOW);
  const history = new History(memories);
  const versions = history.versionsBefore(NOW - 30 * DAY)!;
  assert.ok(history.isCurrent(versions));
  marks[1]!.changed();
  assert.ok(!history.isCurrent(versions));
});

test('whatever comes late and however time goes on, no answer stays current that a late point has changed', () => {
  const step = fc.record({ passedMs: fc.nat(40 * HOUR), lateMs: fc.nat(20 * DAY), endMs: fc.nat(20 * DAY) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const memory = shard();
      const mark = new HistoryMark(memory.history);
      const history = new History([memory]);
      const kept: { endMs: number; versions: ReturnType<History['versionsBefore']>; isChanged: boolean }[] =
        [];
      let closedMs = NOW;
      for (const { passedMs, lateMs, endMs } of steps) {
        mark.close((closedMs += passedMs));
        const end = Math.floor(closedMs / 1_000) * 1_000 - endMs;
        kept.push({ endMs: end, versions: history.versionsBefore(end), isChanged: false });
        const oldestMs = closedMs - 1 - lateMs;
        mark.changedFrom(oldestMs);
        for (const each of kept) {
          each.isChanged ||= oldestMs < each.endMs;
          if (each.isChanged)
            assert.ok(!history.isCurrent(each.versions!), `${oldestMs} before ${each.endMs}`);
        }
      }
    }),
  );
});
