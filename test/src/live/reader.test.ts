import assert from 'node:assert/strict';
import { it } from 'node:test';
import { READER_BYTES_MAX } from '../../../src/live/limits.js';
import { LiveCounters } from '../../../src/live/live-counters.js';
import { type Outlet, Reader } from '../../../src/live/reader.js';
import { ToldMessage } from '../../../src/live/told-message.js';

class FakeOutlet implements Outlet {
  waitingBytes = 0;
  readonly sent: { members: string; missed: number }[] = [];
  turns = 0;
  send({ members }: ToldMessage, missed: number): void {
    this.sent.push({ members, missed });
  }
  together(act: () => void): void {
    this.turns++;
    act();
  }
  fail(): void {}
}

const message = (members: string, points = 1) => new ToldMessage({ members, points });

it('Reader passes messages on while its outlet has room', () => {
  const outlet = new FakeOutlet();
  const reader = new Reader(outlet, new LiveCounters());
  reader.onMessages([message('a'), message('b')], 0);
  reader.onMessages([message('c')], 4);
  assert.deepEqual(outlet.sent, [
    { members: 'a', missed: 0 },
    { members: 'b', missed: 0 },
    { members: 'c', missed: 4 },
  ]);
  assert.equal(outlet.turns, 1, 'several go out together');
});

it('Reader gives a slow one the newest, with the number of points that it missed', () => {
  const outlet = new FakeOutlet();
  const reader = new Reader(outlet, new LiveCounters());
  outlet.waitingBytes = READER_BYTES_MAX + 1;
  reader.onMessages([message('a', 3), message('b', 2)], 0);
  reader.onMessages([message('c', 5)], 7);
  assert.deepEqual(outlet.sent, []);
  reader.onRoom();
  assert.deepEqual(outlet.sent, [], 'there is no room yet');
  outlet.waitingBytes = 0;
  reader.onRoom();
  reader.onRoom();
  assert.deepEqual(outlet.sent, [{ members: 'c', missed: 12 }]);
  reader.onMessages([message('d')], 0);
  assert.deepEqual(outlet.sent.at(-1), { members: 'd', missed: 0 });
});

it('Reader tells what is new in place of what it kept', () => {
  const outlet = new FakeOutlet();
  const reader = new Reader(outlet, new LiveCounters());
  outlet.waitingBytes = READER_BYTES_MAX + 1;
  reader.onMessages([message('old', 2)], 0);
  outlet.waitingBytes = 0;
  reader.onMessages([message('new')], 0);
  assert.deepEqual(outlet.sent, [{ members: 'new', missed: 2 }]);
});

it('Reader counts what it told, what gave way to newer messages, and the points that were missed', () => {
  const outlet = new FakeOutlet();
  const counters = new LiveCounters();
  const reader = new Reader(outlet, counters);
  reader.onMessages([message('a'), message('b')], 4);
  outlet.waitingBytes = READER_BYTES_MAX + 1;
  reader.onMessages([message('c', 3), message('d', 2), message('e', 5)], 0);
  assert.deepEqual({ ...counters }, { told: 2, passedOver: 2, missedPoints: 9 });
  outlet.waitingBytes = 0;
  reader.onRoom();
  assert.deepEqual({ ...counters }, { told: 3, passedOver: 2, missedPoints: 9 });
});
