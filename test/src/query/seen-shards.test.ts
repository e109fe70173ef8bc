import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, mock } from 'node:test';
import { QueryFindings } from '../../../src/query/query-findings.js';
import { seeShards } from '../../../src/query/seen-shards.js';
import { ShardView } from '../../../src/query/shard-view.js';
import { OPEN_BOUNDS, TestShards } from './query-fixture.js';
import { workerDataOf } from './worker-data.js';

it('seeShards() leaves no store open when one of them cannot be opened', async (t) => {
  const shards = new TestShards(2, OPEN_BOUNDS);
  t.after(() => shards.close());
  const closed = mock.method(ShardView.prototype, 'close');
  t.after(() => closed.mock.restore());
  const data = workerDataOf(shards);
  // A file where the folder should be.
  const path = join(shards.folder, 'no-folder');
  writeFileSync(path, '');
  const open = (): unknown =>
    seeShards({ ...data, shardPaths: [data.shardPaths[0]!, path] }, new QueryFindings());
  assert.throws(open, { code: 'MR_FOLDER_ACCESS', message: /no-folder can't be opened/ });
  assert.equal(closed.mock.callCount(), 1);
  await Promise.all(closed.mock.calls.map(({ result }) => result));
  rmSync(path);
});
