import assert from 'node:assert/strict';
import { it } from 'node:test';
import { READER_BYTES_MAX } from '../../../src/live/limits.js';
import type { Listener } from '../../../src/live/live-port.js';
import { Outbox } from '../../../src/live/outbox.js';
import { ToldMessage } from '../../../src/live/told-message.js';

class FakeListener implements Listener {
  readonly told: { members: string[]; missed: number }[] = [];
  onMessages(messages: readonly ToldMessage[], missed: number): void {
    this.told.push({ members: messages.map(({ members }) => members), missed });
  }
  onFailed(): void {}
}

const message = (members: string, points = 1) => new ToldMessage({ members, points });

function empty(outbox: Outbox): void {
  while (outbox.tellNext());
}

it('Outbox tells each listener once', () => {
  const outbox = new Outbox();
  const listeners = [new FakeListener(), new FakeListener(), new FakeListener()];
  for (const each of listeners) outbox.listeners.add(each);
  outbox.add([message('a'), message('b')], 3);
  empty(outbox);
  outbox.add([message('c')], 0);
  empty(outbox);
  for (const { told } of listeners) {
    assert.deepEqual(told, [
      { members: ['a', 'b'], missed: 3 },
      { members: ['c'], missed: 0 },
    ]);
  }
});

it('Outbox keeps what comes while it tells for the next round', () => {
  const outbox = new Outbox();
  const listeners = [new FakeListener(), new FakeListener()];
  for (const each of listeners) outbox.listeners.add(each);
  outbox.add([message('a')], 0);
  assert.equal(outbox.tellNext(), true);
  outbox.add([message('b')], 1);
  outbox.add([message('c')], 2);
  empty(outbox);
  for (const { told } of listeners) {
    assert.deepEqual(told, [
      { members: ['a'], missed: 0 },
      { members: ['b', 'c'], missed: 3 },
    ]);
  }
});

it('Outbox counts the oldest as missed when more waits than a reader may keep waiting', () => {
  const outbox = new Outbox();
  const listener = new FakeListener();
  outbox.listeners.add(listener);
  const half = 'x'.repeat(READER_BYTES_MAX / 2);
  outbox.add([message(`1${half}`, 5), message(`2${half}`, 7)], 0);
  outbox.add([message('3', 1)], 2);
  empty(outbox);
  assert.deepEqual(
    listener.told.map(({ members, missed }) => [members.map((each) => each[0]), missed]),
    [[['2', '3'], 7]],
  );
  outbox.add([message('x'.repeat(2 * READER_BYTES_MAX))], 0);
  empty(outbox);
  assert.equal(listener.told.at(-1)!.members.length, 1, 'the newest is told, however long it is');
});

it('Outbox tells nobody who has left, in the middle of a round too', () => {
  const outbox = new Outbox();
  const [first, second] = [new FakeListener(), new FakeListener()];
  outbox.listeners.add(first).add(second);
  outbox.add([message('a')], 0);
  outbox.tellNext();
  outbox.listeners.delete(second);
  empty(outbox);
  assert.deepEqual([first.told.length, second.told.length], [1, 0]);
  outbox.add([message('b')], 0);
  outbox.clear();
  empty(outbox);
  assert.equal(first.told.length, 1);
});
