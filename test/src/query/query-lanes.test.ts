import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lane, QueryLanes, type Waiting } from '../../../src/query/query-lanes.js';

class Query implements Waiting {
  isHeavy = false;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function lanesOf(threads: number, names: string): { lanes: QueryLanes<Query>; take(): string } {
  const lanes = new QueryLanes<Query>(threads);
  for (const name of names) lanes.push(new Query(name));
  return {
    lanes,
    take: () => {
      const next = lanes.next();
      return next === undefined ? '' : `${next.query.name} ${next.lane}`;
    },
  };
}

test('next() gives queries in the order of arrival to as many threads as there are', () => {
  const one = lanesOf(1, 'ab');
  assert.deepEqual([one.take(), one.take()], ['a open', '']);
  one.lanes.ended('open');
  assert.deepEqual([one.take(), one.lanes.waiting], ['b open', 0]);
  const three = lanesOf(3, 'abcd');
  assert.deepEqual(
    [three.take(), three.take(), three.take(), three.take()],
    ['a open', 'b open', 'c light', ''],
  );
});

test('giveBack() lets a heavy query wait for an open thread, where it stood', () => {
  const { lanes, take } = lanesOf(2, 'a');
  const heavy = new Query('heavy');
  lanes.push(heavy);
  lanes.push(new Query('c'));
  lanes.push(new Query('d'));
  assert.deepEqual([take(), take()], ['a open', 'heavy light']);
  lanes.ended('light');
  lanes.giveBack(heavy);
  // The light thread passes it over; the open one takes it before those that came later.
  assert.deepEqual([take(), take()], ['c light', '']);
  lanes.ended('open');
  assert.equal(take(), 'heavy open');
  lanes.ended('light');
  assert.equal(take(), 'd light');
});

test('remove() takes a waiting query out, and one that does not wait is no matter', () => {
  const { lanes, take } = lanesOf(1, 'a');
  const gone = new Query('gone');
  lanes.push(gone);
  lanes.remove(gone);
  lanes.remove(gone);
  assert.deepEqual([take(), lanes.waiting], ['a open', 0]);
});

test('light queries run while any number of heavy ones wait, and heavy ones are not starved by light ones', () => {
  const lanes = new QueryLanes<Query>(2);
  const ended: string[] = [];
  const running: { query: Query; lane: Lane; left: number }[] = [];
  for (let i = 0; i < 10; i++) lanes.push(new Query(`heavy${i}`));
  let lights = 0;
  // A turn is as long as a light query takes; a heavy one takes ten, and gives the light lane up after one.
  for (let turn = 0; turn < 200; turn++) {
    lanes.push(new Query(`light${turn}`));
    for (let next = lanes.next(); next !== undefined; next = lanes.next()) {
      running.push({ ...next, left: next.query.name.startsWith('heavy') ? 10 : 1 });
    }
    for (const each of running.splice(0)) {
      if (each.lane === 'light' && each.left > 1) {
        lanes.ended('light');
        lanes.giveBack(each.query);
      } else if (--each.left === 0) {
        lanes.ended(each.lane);
        ended.push(each.query.name);
        if (each.query.name.startsWith('light')) lights++;
      } else running.push(each);
    }
  }
  assert.equal(ended.filter((name) => name.startsWith('heavy')).length, 10);
  assert.ok(lights > 150, `${lights} light queries ended`);
  // The first light query did not wait for ten heavy ones.
  assert.ok(ended.indexOf('light0') < 15, ended.slice(0, 20).join(' '));
});
