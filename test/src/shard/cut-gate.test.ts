import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { CutGate, createCutGate } from '../../../src/shard/cut-gate.js';

const monotonicMs = () => performance.now();

test('hold() gives up after its time when nobody comes, and what comes later counts for nothing', () => {
  const gate = new CutGate(createCutGate());
  const startMs = monotonicMs();
  assert.equal(gate.hold(1, 20, monotonicMs), false);
  assert.ok(monotonicMs() - startMs >= 19);
  assert.equal(gate.isReady(1), false);
  gate.opened(1);
  assert.equal(gate.hold(2, 5, monotonicMs), false);
});

test('hold() of an earlier ticket is no other, and one that is opened already lets go at once', () => {
  const gate = new CutGate(createCutGate());
  gate.opened(7);
  assert.equal(gate.hold(7, 10_000, monotonicMs), true);
  assert.equal(gate.hold(8, 5, monotonicMs), false);
});

test('hold() waits for another thread, which sees that it does', async () => {
  const memory = createCutGate();
  const gate = new CutGate(memory);
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.url).then(({ CutGate }) => {
      const gate = new CutGate(workerData.memory);
      parentPort.postMessage('loaded');
      const isCut = gate.hold(3, 10_000, () => performance.now());
      parentPort.postMessage(isCut);
    });`;
  const url = new URL('../../../src/shard/cut-gate.js', import.meta.url).href;
  const worker = new Worker(script, { eval: true, workerData: { url, memory } });
  await once(worker, 'message');
  while (!gate.isReady(3)) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(gate.isReady(4), false);
  const said = once(worker, 'message');
  gate.opened(3);
  assert.deepEqual(await said, [true]);
  await worker.terminate();
});
