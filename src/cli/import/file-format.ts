import { MillraceError } from '../../errors.js';

export const FILE_FORMATS = ['ndjson', 'csv'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

const FORMAT_OF_ENDING: Readonly<Record<string, FileFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'ndjson',
  csv: 'csv',
  tsv: 'csv',
};

/** The ending of a file's name, without that of gzip. */
export function endingOf(name: string): string {
  return /\.([a-z]+)$/.exec(name.toLowerCase().replace(/\.gz$/, ''))?.[1] ?? '';
}

/**
 * The format of a file: as its name says, else as its first bytes look.
 * @throws MillraceError MR_BAD_BODY for a JSON array, which is neither
 */
export function formatOf(name: string, head: Uint8Array): FileFormat {
  // Spaces, and the byte order mark of some editors.
  const first = head.find((code) => code > 0x20 && code < 0x80);
  const format = FORMAT_OF_ENDING[endingOf(name)] ?? (first === OPEN_BRACE ? 'ndjson' : 'csv');
  if (first === OPEN_BRACKET && endingOf(name) !== 'csv') {
    throw new MillraceError(
      'MR_BAD_BODY',
      'The file begins with "[": it must have a point a line, not an array of points. jq -c ".[]" makes the one of the other.',
    );
  }
  return format;
}
