import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FEEDS_MAX, LIVE_CONNECTIONS_MAX } from '../../../src/live/limits.js';
import { LiveHub } from '../../../src/live/live-hub.js';
import type { LivePoolHooks } from '../../../src/live/live-pool.js';
import type { Listener } from '../../../src/live/live-port.js';
import type { LiveNews, LiveOrder } from '../../../src/live/live-task.js';
import type { LiveQuestion } from '../../../src/live/question.js';
import { createLogger } from '../../../src/log.js';

const points = (metric: string): LiveQuestion => ({ kind: 'points', metric, selectors: [] });
const windows = (metric: string): LiveQuestion => ({
  kind: 'windows',
  metric,
  selectors: [],
  windowMs: 1_000,
  stats: [{ name: 'mean' }],
  groupBy: [],
});

/** A hub whose thread is the test. */
function hubOf() {
  const orders: LiveOrder[] = [];
  let hooks: LivePoolHooks | undefined;
  const hub = new LiveHub(createLogger('silent'), (given) => {
    hooks = given;
    return {
      start: () => Promise.resolve(),
      send: (order) => orders.push(order),
      stop: () => Promise.resolve(),
    };
  });
  return { hub, orders, hooks: hooks! };
}

class FakeListener implements Listener {
  readonly told: string[] = [];
  readonly failed: string[] = [];
  onMessages: Listener['onMessages'] = (messages) =>
    this.told.push(...messages.map(({ members }) => members));
  onFailed: Listener['onFailed'] = (code) => this.failed.push(code);
}

const news = (feed: number, members: string): LiveNews => ({
  kind: 'messages',
  feed,
  messages: [{ members, points: 1 }],
  missed: 0,
});

it('LiveHub asks equal questions once, and gives up what nobody listens to any more', () => {
  const { hub, orders, hooks } = hubOf();
  const [a, b] = [new FakeListener(), new FakeListener()];
  const leaveA = hub.listen(points('m'), a);
  const leaveB = hub.listen(points('m'), b);
  assert.deepEqual(
    orders.map(({ op }) => op),
    ['open'],
  );
  hooks.onNews([news(1, 'x')]);
  leaveA();
  hooks.onNews([news(1, 'y')]);
  leaveB();
  leaveB();
  assert.deepEqual(
    orders.map(({ op }) => op),
    ['open', 'close'],
  );
  hooks.onNews([news(1, 'said before it heard of that')]);
  assert.deepEqual([a.told, b.told], [['x'], ['x', 'y']]);
  assert.equal(hub.report().feeds, 0);
  const c = new FakeListener();
  hub.listen(points('m'), c);
  leaveA();
  hooks.onNews([news(2, 'z')]);
  assert.deepEqual(c.told, ['z'], 'who left another feed of the same question ends nothing');
});

it('LiveHub takes as many questions and connections as it may', () => {
  const { hub } = hubOf();
  for (let i = 0; i < FEEDS_MAX; i++) hub.listen(points(`m${i}`), new FakeListener());
  assert.throws(() => hub.mustTake(points('another')), { code: 'MR_BUSY' });
  assert.throws(() => hub.listen(points('another'), new FakeListener()), { code: 'MR_BUSY' });
  hub.listen(points('m7'), new FakeListener());
  const connections = Array.from({ length: LIVE_CONNECTIONS_MAX }, () => hub.connect());
  assert.throws(() => hub.connect(), { code: 'MR_BUSY' });
  connections[0]!();
  connections[0]!();
  hub.connect();
  assert.throws(() => hub.connect(), { code: 'MR_BUSY' }, 'nobody is counted out twice');
  assert.equal(hub.report().connections, LIVE_CONNECTIONS_MAX);
});

it('LiveHub ends a feed that has failed, for all who listen, and for nobody else', () => {
  const { hub, hooks } = hubOf();
  const [a, b, other] = [new FakeListener(), new FakeListener(), new FakeListener()];
  const leaveA = hub.listen(points('m'), a);
  hub.listen(points('m'), b);
  hub.listen(points('n'), other);
  hooks.onNews([{ kind: 'failed', feed: 1, code: 'MR_QUERY_TOO_BIG', detail: 'too big' }]);
  assert.deepEqual([a.failed, b.failed, other.failed], [['MR_QUERY_TOO_BIG'], ['MR_QUERY_TOO_BIG'], []]);
  leaveA();
  hub.listen(points('m'), a);
  hooks.onNews([news(3, 'again')]);
  assert.deepEqual(a.told, ['again']);
});

it('LiveHub goes on with windows when the thread was started again, and ends points, of which some may be missed', () => {
  const { hub, orders, hooks } = hubOf();
  const [p, w] = [new FakeListener(), new FakeListener()];
  hub.listen(points('m'), p);
  hub.listen(windows('m'), w);
  const before = Date.now();
  hooks.onNews([news(2, 'w1')]);
  orders.length = 0;
  hooks.onRestart();
  assert.deepEqual([p.failed, w.failed], [['MR_INTERNAL'], []]);
  const again = orders.find(({ op }) => op === 'open');
  assert.ok(again?.op === 'open' && again.feed === 2 && again.fromMs! >= before);
  hooks.onNews([news(2, 'w2')]);
  assert.deepEqual(w.told, ['w1', 'w2']);
});

it('LiveHub takes nobody more once it was closed', () => {
  const { hub } = hubOf();
  const listener = new FakeListener();
  hub.listen(points('m'), listener);
  hub.closeAll();
  assert.deepEqual(listener.failed, ['MR_STOPPING']);
  for (const act of [
    () => hub.connect(),
    () => hub.mustTake(points('m')),
    () => hub.listen(points('m'), listener),
  ])
    assert.throws(act, { code: 'MR_STOPPING' });
});
