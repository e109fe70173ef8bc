import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressLine, timeLeft } from '../../../src/cli/progress-line.js';
import { FakeHost } from './cli-fixture.js';

/** Back to the start of the line, and all of it away. */
const WRITE_OVER = '\r\x1b[K';

function progress(isTerminal: boolean) {
  const host = new FakeHost();
  let nowMs = 1_000;
  host.isTerminal = isTerminal;
  host.clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const line = new ProgressLine(host);
  const advance = (ms: number): void => {
    nowMs += ms;
  };
  return { host, line, advance };
}

const state = (part: number | undefined) => () => ({ part, points: 5_000, note: 'all is well' });

test('line() has a bar, percent, points a second and the time left', () => {
  const { line, advance } = progress(true);
  advance(2_000);
  assert.equal(
    line.line(state(0.25)()),
    '[######..................] 25 %  5,000 points, 2,500 points/s, 6 s left, all is well',
  );
  assert.equal(line.line(state(0)()), `[${'.'.repeat(24)}] 0 %  5,000 points, 2,500 points/s, all is well`);
  assert.equal(line.line(state(undefined)()), '5,000 points, 2,500 points/s, all is well');
});

test('update() writes over itself on a terminal, five times a second at most', () => {
  const { host, line, advance } = progress(true);
  line.update(state(0.5));
  assert.equal(host.stderr, '');
  advance(200);
  line.update(state(0.5));
  line.update(state(0.6));
  const written = host.stderr;
  assert.ok(written.startsWith(WRITE_OVER) && written.includes(' 50 %') && !written.includes('\n'));
  assert.equal(written.split(WRITE_OVER).length, 2);
  line.clear();
  assert.equal(host.stderr, `${written}${WRITE_OVER}`);
});

test('update() writes plain lines elsewhere, every five seconds', () => {
  const { host, line, advance } = progress(false);
  advance(4_999);
  line.update(state(0.5));
  assert.equal(host.stderr, '');
  advance(1);
  line.update(state(0.5));
  line.clear();
  assert.match(host.stderr, /^\[.* 50 %.*\n$/);
  assert.ok(!host.stderr.includes('\r'));
});

test('timeLeft() has two units at most', () => {
  const check = (ms: number, wanted: string) => assert.equal(timeLeft(ms), wanted);
  check(0, '0 s');
  check(1, '1 s');
  check(59_000, '59 s');
  check(61_000, '1 min 01 s');
  check(3_600_000, '1 h 00 min');
  check(7_530_000, '2 h 05 min');
});
