import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  FEED_BYTES_MAX,
  FEED_SERIES_MAX,
  LIVE_BYTES_MAX,
  LIVE_SERIES_MAX,
} from '../../../src/live/limits.js';
import { LiveBudget } from '../../../src/live/live-budget.js';

const tooBig = { code: 'MR_QUERY_TOO_BIG' };

it('LiveBudget bounds the series of one feed and of all', () => {
  const budget = new LiveBudget();
  const feeds = Array.from({ length: LIVE_SERIES_MAX / FEED_SERIES_MAX }, () => budget.open());
  for (const feed of feeds) for (let i = 0; i < FEED_SERIES_MAX; i++) feed.takeSeries();
  assert.throws(() => feeds[0]!.takeSeries(), tooBig);
  const next = budget.open();
  assert.throws(() => next.takeSeries(), tooBig);
  feeds[3]!.giveAll();
  next.takeSeries();
  assert.equal(budget.series, LIVE_SERIES_MAX - FEED_SERIES_MAX + 1);
});

it('LiveBudget bounds the bytes of one feed and of all, and gets back all that a feed took', () => {
  const budget = new LiveBudget();
  const feeds = Array.from({ length: LIVE_BYTES_MAX / FEED_BYTES_MAX }, () => budget.open());
  for (const feed of feeds) feed.takeBytes(FEED_BYTES_MAX);
  assert.throws(() => budget.open().takeBytes(1), tooBig);
  assert.throws(() => feeds[0]!.takeBytes(1), tooBig);
  for (const feed of feeds) feed.giveAll();
  assert.ok(budget.bytes <= 1, 'but for the feed that was not given back');
});
