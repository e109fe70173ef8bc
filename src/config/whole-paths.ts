import { resolve } from 'node:path';
import type { Config } from './schema.js';

/** What the engine says of folders is read elsewhere: by `millrace backup`, which runs in another folder, and in logs. */
export function withWholePaths(config: Config): Config {
  const { data, snapshotDir } = config;
  return {
    ...config,
    data: resolve(data),
    ...(snapshotDir === undefined ? {} : { snapshotDir: resolve(snapshotDir) }),
  };
}
