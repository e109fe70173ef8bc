import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FanOut } from '../../../src/live/fan-out.js';
import { FAN_OUT_MS } from '../../../src/live/limits.js';
import { Outbox } from '../../../src/live/outbox.js';
import { ToldMessage } from '../../../src/live/told-message.js';

/** A send takes this long, ms. */
const SEND_MS = 0.1;

/** An event loop whose turns a test takes by hand, and whose clock stands still but for sends. */
class World {
  nowMs = 0;
  later: (() => void) | undefined;
  /** Who was told, in order. */
  readonly told: string[] = [];
  readonly fanOut = new FanOut({ nowMs: () => this.nowMs, monotonicMs: () => this.nowMs }, (act) => {
    assert.equal(this.later, undefined, 'one turn is waited for at a time');
    this.later = act;
  });

  outbox(name: string, listeners: number): Outbox {
    const outbox = new Outbox();
    for (let i = 0; i < listeners; i++) {
      outbox.join({
        onMessages: () => {
          this.nowMs += SEND_MS;
          this.told.push(name);
        },
        onFailed: () => {},
      });
    }
    return outbox;
  }

  say(outbox: Outbox, kind: 'points' | 'windows'): void {
    outbox.add([new ToldMessage({ members: '"a":1', points: 1 })], 0);
    this.fanOut.add(outbox, kind);
  }

  turn(): void {
    const { later } = this;
    this.later = undefined;
    later?.();
  }

  count(name: string): number {
    return this.told.filter((each) => each === name).length;
  }
}

it('FanOut takes a bounded time a turn and tells everybody in the end', () => {
  const world = new World();
  world.say(world.outbox('many', 1_000), 'windows');
  world.fanOut.run();
  let turns = 1;
  for (; world.later !== undefined; turns++) {
    const before = world.nowMs;
    world.turn();
    // One run more than the time at most.
    assert.ok(world.nowMs - before <= FAN_OUT_MS + 33 * SEND_MS);
  }
  assert.equal(world.count('many'), 1_000);
  assert.ok(turns > 15);
});

it('FanOut tells points before windows, and windows all the same', () => {
  const world = new World();
  const windows = world.outbox('windows', 500);
  const points = world.outbox('points', 1);
  world.say(windows, 'windows');
  world.fanOut.run();
  world.say(points, 'points');
  world.fanOut.run();
  assert.equal(world.count('points'), 0, 'a turn that has begun is waited for');
  world.turn();
  assert.equal(world.count('points'), 1, 'though most of the windows are still to be told');
  // And when points never end:
  const flood = world.outbox('flood', 10_000);
  world.say(flood, 'points');
  const before = world.count('windows');
  for (let i = 0; i < 10; i++) world.turn();
  assert.ok(world.count('windows') > before);
  assert.ok(world.count('flood') > 0);
});

it('FanOut lets feeds take turns', () => {
  const world = new World();
  const big = world.outbox('big', 5_000);
  const small = world.outbox('small', 10);
  world.say(big, 'windows');
  world.say(small, 'windows');
  world.fanOut.run();
  world.turn();
  assert.equal(world.count('small'), 10);
  assert.ok(world.count('big') < 200);
});

it('FanOut forgets an outbox that nobody listens to any more', () => {
  const world = new World();
  const outbox = world.outbox('gone', 1_000);
  world.say(outbox, 'points');
  world.fanOut.run();
  outbox.clear();
  world.turn();
  assert.equal(world.later, undefined);
});
