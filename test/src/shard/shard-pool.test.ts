import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.js';
import { createLogger } from '../../../src/log.js';
import { createShardMemory } from '../../../src/shard/shard-memory.js';
import { SHARD_BOUNDS } from '../../../src/shard/shard-options.js';
import { ShardPool } from '../../../src/shard/shard-pool.js';
import { inFolderAsync } from '../store/temporary-folder.js';

const HOOKS = {
  onProgress: () => {},
  onRestart: assert.fail,
  onRunsAgain: () => assert.fail(),
  onStuck: () => {},
  onAnswer: assert.fail,
  commandsFromId: () => 1,
};

const makePool = (path: string): ShardPool => {
  const { retention } = loadConfig({ flags: {}, env: {}, file: undefined });
  const memory = createShardMemory(16, 1_000, 4_096);
  const task = { shard: 0, shardCount: 1, path, session: 1, memory, bounds: SHARD_BOUNDS };
  return new ShardPool([{ ...task, retention, tierBytesMax: [] }], HOOKS, createLogger('silent'));
};

/** The code that a shard's thread fails with must outlive the way to this one, on which an error loses its class. */
async function check(path: string, code: string, text: RegExp): Promise<void> {
  const pool = makePool(path);
  await assert.rejects(pool.start(), (error: Error & { code?: string }) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    return true;
  });
  await pool.stop();
}

test('start() of a shard whose file is damaged rejects with the code and the text of the store', async () => {
  await inFolderAsync(async (path) => {
    writeFileSync(join(path, 'data.mdb'), Buffer.alloc(8_192, 0x5a));
    await check(path, 'MR_FOLDER_DAMAGED', /data\.mdb/);
  });
});

test('start() of a shard whose file can not be read says so', async () => {
  await inFolderAsync(async (path) => {
    mkdirSync(join(path, 'data.mdb'));
    await check(path, 'MR_FOLDER_ACCESS', /can't be read: EISDIR/);
  });
});
