import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The parsed file of test/vectors, from the sources as well as from the compiled tests. */
export function readVectors<T>(name: string): T {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return JSON.parse(readFileSync(join(folder, 'test', 'vectors', name), 'utf8')) as T;
}
