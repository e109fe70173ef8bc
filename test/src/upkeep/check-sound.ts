import assert from 'node:assert/strict';
import { checkFolder } from '../../../src/store/check.js';
import type { StoreFinding } from '../../../src/store/findings.js';

/** What a check finds in a folder. */
export async function findingsOf(path: string): Promise<StoreFinding[]> {
  const findings: StoreFinding[] = [];
  const isSound = await checkFolder(path, {
    onFinding: (finding) => findings.push(finding),
    onShard: () => {},
    onProgress: () => {},
  });
  assert.equal(isSound, findings.length === 0);
  return findings;
}

export async function checkSound(path: string): Promise<void> {
  assert.deepEqual(await findingsOf(path), []);
}
