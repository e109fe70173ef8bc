import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { root } from '../../style/source-files.js';

/**
 * A module of the dashboard's page, which is written for a bundler and a browser, as a module of this process. For those that
 * need nothing of a browser; `T` says what it exports, since the page's types are no part of this project's.
 */
export async function loadPageModule<T>(path: string): Promise<T> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: join(root, 'src/dashboard/app', path), formats: ['es'] },
    },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunk = outputs.flatMap((each) => ('output' in each ? each.output : []))[0]!;
  if (chunk.type !== 'chunk') throw new Error(`BUG: ${path} is built to no code`);
  const folder = mkdtempSync(join(tmpdir(), 'millrace-page-'));
  try {
    const file = join(folder, 'module.mjs');
    writeFileSync(file, chunk.code);
    return (await import(pathToFileURL(file).href)) as T;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
