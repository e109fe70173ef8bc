import { createRequire } from 'node:module';

/** The version in package.json, which lies two folders above the compiled sources. */
export const VERSION: string = (createRequire(import.meta.url)('../../package.json') as { version: string })
  .version;
