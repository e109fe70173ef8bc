import { MillraceError } from '../../errors.js';
import type { LabelMatcher } from '../../http/ports.js';
import type { NamesRequest } from '../../http/present/names.js';
import type { RawRequest } from '../../http/present/raw.js';
import { parseSelector, SelectorError } from '../../http/selector/selector-parser.js';
import { FolderAtRest } from '../../upkeep/folder-at-rest.js';
import type { CliHost } from '../cli-host.js';
import type { ExportRange, PointSource } from './point-source.js';

/** Points that are asked for at a time. */
const PAGE_POINTS = 10_000;

/** The points of a data folder that no server has. */
export class FolderSource implements PointSource {
  readonly #folder: FolderAtRest;
  readonly #host: CliHost;

  constructor(path: string, host: CliHost) {
    this.#host = host;
    this.#folder = FolderAtRest.open(path, host.clock);
    for (const { what, where, done } of this.#folder.findings)
      host.err(`found damaged: ${what}, ${where}: ${done}\n`);
  }

  async metrics(): Promise<string[]> {
    const request: NamesRequest = { kind: 'names', format: 'json', selectors: [] };
    const { body } = this.#folder.answer(request);
    return (JSON.parse(Buffer.from(body).toString('utf8')) as { metrics: string[] }).metrics;
  }

  async *points(metric: string, { match, startMs, endMs }: ExportRange): AsyncIterable<Uint8Array> {
    const request: RawRequest = {
      kind: 'raw',
      format: 'ndjson',
      metric,
      selectors: match === undefined ? [] : matchers(match),
      startMs,
      endMs,
      limit: PAGE_POINTS,
      cursor: undefined,
    };
    do {
      const { body, nextCursor } = this.#folder.answer(request);
      for (const place of this.#folder.takeDamaged())
        this.#host.err(`passed over, because it is damaged: ${place}\n`);
      yield body;
      request.cursor = nextCursor;
    } while (request.cursor !== undefined);
  }

  close(): Promise<void> {
    return this.#folder.close();
  }
}

function matchers(match: string): LabelMatcher[] {
  try {
    return parseSelector(match);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new MillraceError(
      'MR_CONFIG',
      `--match must be a selector such as {host=~"web-.*"}; ${error.message}`,
    );
  }
}
