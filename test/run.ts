import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILE_MINUTES_MAX } from './limits.js';

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
  [
    '--enable-source-maps',
    '--import',
    new URL('./file-limit.js', import.meta.url).href,
    '--test',
    `--test-concurrency=${concurrency}`,
    // For a file that never comes back to its event loop, and so not to its own limit.
    `--test-timeout=${(FILE_MINUTES_MAX + 1) * 60_000}`,
    ...files,
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
