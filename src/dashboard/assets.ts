import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** A file of the dashboard as it goes out, in each form that a browser may take. */
export interface Asset {
  contentType: string;
  etag: string;
  /** Files whose name carries a hash of their content never change. */
  isImmutable: boolean;
  plain: Uint8Array;
  gzip: Uint8Array;
  brotli: Uint8Array;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Where the bundler puts the page: beside the compiled sources. */
const FOLDER = fileURLToPath(new URL('../../dashboard', import.meta.url));

/** The folder of files with a hash in their name. */
const HASHED = 'assets/';

/**
 * All files of the dashboard by their path below /dashboard/, read and compressed once: some 100 KB, about 100 ms. Empty when
 * the package was built without it.
 */
export function loadAssets(folder: string = FOLDER): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of filesOf(folder)) {
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined) continue;
    const plain = readFileSync(join(folder, name));
    assets.set(name, {
      contentType,
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      isImmutable: name.startsWith(HASHED),
      plain,
      gzip: gzipSync(plain, { level: 9 }),
      brotli: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    });
  }
  return assets;
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
      name.replaceAll('\\', '/'),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
