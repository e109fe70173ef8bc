import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs the compiled tests with node:test, whose own way of finding files differs between Node 20 and 22.
 *
 *   node dist/test/run.js              all
 *   node dist/test/run.js ring laws/   those whose path has one of these texts in it
 */
const root = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => wanted.length === 0 || wanted.some((text) => file.includes(text)))
  .sort()
  .map((file) => join(root, file));
if (files.length === 0) {
  console.error(`no test file under ${root} has ${wanted.join(' or ')} in its path`);
  process.exit(1);
}
const concurrency = Math.max(1, availableParallelism());
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', `--test-concurrency=${concurrency}`, ...files],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
