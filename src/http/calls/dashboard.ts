import { type Asset, loadAssets } from '../../dashboard/assets.js';
import { PAGE_HEADERS } from '../../dashboard/page-headers.js';
import { MillraceError } from '../../errors.js';
import { chooseCoding } from '../answer-coding.js';
import type { Call } from '../call/call.js';
import type { Exchange } from '../exchange.js';

/** A year: files with a hash in their name never change. */
const FOR_EVER = 'public, max-age=31536000, immutable';
/** Others are asked for each time, and are mostly unchanged. */
const ASKED_EACH_TIME = 'no-cache';

let loaded: Map<string, Asset> | undefined;

/** @throws MillraceError 404 */
function assetOf(name: string): Asset {
  loaded ??= loadAssets();
  const asset = loaded.get(name);
  if (asset !== undefined) return asset;
  throw new MillraceError(
    'MR_UNKNOWN_PATH',
    loaded.size === 0
      ? 'The dashboard was not built: npm run build makes it.'
      : `The dashboard has no file ${JSON.stringify(name)}.`,
  );
}

function answerAsset(exchange: Exchange, asset: Asset): void {
  const headers: Record<string, string> = {
    ...PAGE_HEADERS,
    'Cache-Control': asset.isImmutable ? FOR_EVER : ASKED_EACH_TIME,
    ETag: asset.etag,
    Vary: 'Accept-Encoding',
  };
  if (exchange.ifNoneMatch.includes(asset.etag)) {
    exchange.answer(304, undefined, '', headers);
    return;
  }
  const coding = chooseCoding(exchange.acceptEncoding);
  if (coding !== undefined) headers['Content-Encoding'] = coding;
  const body = coding === 'br' ? asset.brotli : coding === 'gzip' ? asset.gzip : asset.plain;
  exchange.answer(200, asset.contentType, body, headers);
}

/**
 * A path of the dashboard: the page itself, which reads the rest of the address, or one of its files. Not by defineCall: what
 * follows the question mark is the page's own.
 */
function dashboardPath(
  path: string,
  contentType: string,
  fileOf: (path: ReadonlyMap<string, string>) => string,
): Call {
  return {
    method: 'GET',
    path,
    access: 'read',
    group: 'Documentation',
    summary: 'The dashboard',
    description: undefined,
    fields: [],
    body: undefined,
    streamedBody: undefined,
    answer: { contentType },
    isInternal: path !== '/dashboard',
    problems: [],
    handle: ({ exchange, path: parameters }) => answerAsset(exchange, assetOf(fileOf(parameters))),
  };
}

const page = (path: string): Call => dashboardPath(path, 'text/html', () => 'index.html');

/** GET / and /dashboard with all of its views, and the files that the page asks for. */
export const dashboardCalls: readonly Call[] = [
  page('/'),
  page('/dashboard'),
  page('/dashboard/{view}'),
  dashboardPath('/dashboard/icon.svg', 'image/svg+xml', () => 'icon.svg'),
  dashboardPath('/dashboard/assets/{file}', 'text/plain', (path) => `assets/${path.get('file')}`),
];
