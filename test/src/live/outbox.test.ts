import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seededRandom } from '../../../bench/macro/tsbs.js';
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
  for (const each of listeners) outbox.join(each);
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
  for (const each of listeners) outbox.join(each);
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
  outbox.join(listener);
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
  outbox.join(first);
  outbox.join(second);
  outbox.add([message('a')], 0);
  outbox.tellNext();
  outbox.leave(second);
  empty(outbox);
  assert.deepEqual([first.told.length, second.told.length], [1, 0]);
  outbox.add([message('b')], 0);
  outbox.clear();
  empty(outbox);
  assert.equal(first.told.length, 1);
});

it('Outbox tells who joins nothing that came before, and of what is missed only its own', () => {
  const outbox = new Outbox();
  const [first, second] = [new FakeListener(), new FakeListener()];
  const [during, waiting, later] = [new FakeListener(), new FakeListener(), new FakeListener()];
  outbox.join(first);
  outbox.join(second);
  outbox.add([message('a')], 5);
  outbox.tellNext();
  outbox.join(during);
  outbox.add([message('b', 2)], 1);
  outbox.join(waiting);
  outbox.add([message('c', 3)], 4);
  empty(outbox);
  outbox.join(later);
  outbox.add([message('d')], 6);
  empty(outbox);
  const d = { members: ['d'], missed: 6 };
  const all = { members: ['b', 'c'], missed: 5 };
  assert.deepEqual(first.told, [{ members: ['a'], missed: 5 }, all, d]);
  assert.deepEqual(second.told, first.told);
  assert.deepEqual(during.told, [all, d]);
  assert.deepEqual(waiting.told, [{ members: ['c'], missed: 4 }, d]);
  assert.deepEqual(later.told, [d]);
});

for (const seed of [1, 2, 3, 4, 5, 6]) {
  it(`Outbox has told or counted as missed for each listener what came since it joined (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const outbox = new Outbox();
    let sent = 0;
    const listeners: { listener: FakeListener; sentBefore: number }[] = [];
    const check = (): void => {
      empty(outbox);
      for (const { listener, sentBefore } of listeners) {
        const told = listener.told
          .flatMap(({ members }) => members)
          .reduce((sum, text) => sum + pointsOf(text), 0);
        const missed = listener.told.reduce((sum, each) => sum + each.missed, 0);
        assert.equal(told + missed, sent - sentBefore);
      }
    };
    for (let step = 0; step < 400; step++) {
      const dice = random();
      if (dice < 0.1) {
        const listener = new FakeListener();
        outbox.join(listener);
        listeners.push({ listener, sentBefore: sent });
      } else if (dice < 0.15 && listeners.length > 0) {
        outbox.leave(listeners.pop()!.listener);
      } else if (dice < 0.5) {
        const points = Math.floor(random() * 5);
        const missed = Math.floor(random() * 3);
        const length = random() < 0.3 ? READER_BYTES_MAX / 2 : 10;
        outbox.add([message(`${points}${'x'.repeat(length)}`, points)], missed);
        sent += points + missed;
      } else if (dice < 0.98) outbox.tellNext();
      else check();
    }
    check();
    assert.ok(listeners.length > 3);
  });
}

const pointsOf = (text: string): number => Number(text[0]);
