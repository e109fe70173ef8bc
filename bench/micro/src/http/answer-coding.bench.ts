import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { BROTLI_WINDOW_BITS, encodeAnswer } from '../../../../src/http/answer-coding.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { ANSWER_SHAPES } from './answer-shapes.js';

/** What answers shrink to, by what they are encoded with; the hash of each line is the bytes that are left. */
const CODERS: Record<string, (body: Uint8Array, isText: boolean) => Uint8Array> = {
  'br as answered': (body, isText) => encodeAnswer(body, 'br', isText)!,
  'gzip as answered': (body, isText) => encodeAnswer(body, 'gzip', isText)!,
  ...Object.fromEntries([1, 2, 3].map((quality) => [`br ${quality}`, brotliOf(quality)])),
  ...Object.fromEntries(
    [1, 2, 3, 4].map((level) => [`gzip ${level}`, (body: Uint8Array) => gzipSync(body, { level })]),
  ),
};

function brotliOf(quality: number): (body: Uint8Array) => Uint8Array {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW_BITS,
  };
  return (body) => brotliCompressSync(body, { params });
}

const ROWS = { short: 60, 'of a page': 1_000, long: 20_000 } as const;

interface Case {
  shape: keyof typeof ANSWER_SHAPES;
  length: keyof typeof ROWS;
  isText: boolean;
}

const CASES: readonly Case[] = [
  { shape: 'raw points', length: 'short', isText: true },
  { shape: 'raw points', length: 'of a page', isText: true },
  { shape: 'raw points', length: 'long', isText: true },
  { shape: 'raw points', length: 'long', isText: false },
  { shape: 'rollups', length: 'of a page', isText: true },
  { shape: 'columns', length: 'of a page', isText: false },
];

function bodyOf({ shape, length, isText }: Case): Uint8Array {
  const answer = ANSWER_SHAPES[shape](ROWS[length]);
  return isText ? Buffer.from(JSON.stringify(answer)) : encode(answer).slice();
}

/** Bodies of about 2 MB in all, so that short ones aren't measured by the call. */
const copiesOf = (bytes: number, size: BenchSize): number =>
  size === 'smoke' ? 1 : Math.max(1, Math.round(2_000_000 / bytes));

export const benches: MicroBench[] = CASES.flatMap((each) => {
  const body = bodyOf(each);
  const what = `${each.length} ${each.shape}, ${each.isText ? 'JSON' : 'MessagePack'}, ${body.length} bytes`;
  return Object.entries(CODERS).map(
    ([coder, code]): MicroBench => ({
      name: `${coder}: ${what}`,
      unit: 'bytes',
      perRun: (size) => body.length * copiesOf(body.length, size),
      setup: (size) => {
        const copies = copiesOf(body.length, size);
        return () => {
          let left = 0;
          for (let i = 0; i < copies; i++) left = code(body, each.isText).length;
          return left;
        };
      },
    }),
  );
});
