import { z } from 'zod';
import { codingHeaders, defineQueryCall, type QueryCaller, runQuery } from '../call/query-call.js';
import { CODED_ANSWER_BYTES_MIN, RAW_LIMIT_DEFAULT, RAW_LIMIT_MAX, RAW_PAGE_POINTS } from '../limits.js';
import { ANSWER_TYPES } from '../media-types.js';
import { queryParameter } from '../parameter/parameter.js';
import { RANGE } from '../parameter/range.js';
import { GROUP_BY } from '../parameter/reading.js';
import { TARGET } from '../parameter/target.js';
import { type RawRequest, rawPresenter } from '../present/raw.js';
import { badParameter } from '../query-string.js';
import { LABEL_VALUES, TIMESTAMP } from '../schema/answers.js';
import { CURSOR, whole } from '../schema/vocabulary.js';
import { StreamCoder } from '../stream-coder.js';

/** NDJSON, which is streamed, may have any. */
const LIMIT_WANTED = `a whole number from 1 to ${RAW_LIMIT_MAX}`;

const LIMIT = whole({ min: 1, max: Number.MAX_SAFE_INTEGER, wanted: LIMIT_WANTED })
  .optional()
  .meta({
    description: `Points of the answer: ${RAW_LIMIT_DEFAULT} by default and ${RAW_LIMIT_MAX} at most; NDJSON gives all by default.`,
    examples: [1_000],
  });

/** GET /query/raw: a page as JSON, MessagePack, CSV or columns, everything as NDJSON. */
export const rawCall = defineQueryCall({
  method: 'GET',
  path: '/query/raw',
  group: 'Reading',
  summary: 'Points as they came, in the order of time',
  description:
    'A page at a time: `next_cursor` of one answer is the `cursor` of the next; CSV has it in the header `Next-Cursor`. NDJSON streams everything. With `group_by`, rows have those labels alone, and `format=columns` has a line for each group.',
  parameters: {
    target: TARGET,
    range: RANGE,
    limit: queryParameter('limit', LIMIT),
    cursor: queryParameter('cursor', CURSOR.optional()),
    groupBy: GROUP_BY,
  },
  presenter: rawPresenter,
  answer: {
    schema: z.object({
      metric_name: z.string(),
      count: z.int(),
      data: z.array(z.object({ timestamp: TIMESTAMP, value: z.number(), labels: LABEL_VALUES })),
      next_cursor: z.string().nullable(),
    }),
    example: {
      metric_name: 'cpu_usage',
      count: 1,
      data: [{ timestamp: '2024-01-01T00:00:00Z', value: 23.5, labels: { host: 'server-01' } }],
      next_cursor: null,
    },
    headers: {
      'Next-Cursor': 'The same as next_cursor, in every format; absent on the last page and of NDJSON.',
    },
  },
  request: ({ values, format }) => ({
    ...values.target,
    ...values.range,
    limit: limitOf(values.limit, format === 'ndjson'),
    cursor: values.cursor,
    groupBy: values.groupBy ?? [],
  }),
  respond: (context, request) =>
    request.format === 'ndjson' && context.exchange.method === 'GET'
      ? streamRows(context, request)
      : answerPage(context, pageOf(request, request.limit)),
});

/** CSV and columns that lost the rest of a range without a word would be taken for all of it, so a header says where it goes on. */
async function answerPage({ exchange, edge }: QueryCaller, request: RawRequest): Promise<void> {
  const { body, coding, nextCursor } = await runQuery({ exchange, edge }, request);
  exchange.answer(200, ANSWER_TYPES[request.format], body, {
    ...codingHeaders(coding),
    ...(nextCursor === undefined ? {} : { 'Next-Cursor': nextCursor }),
  });
}

function limitOf(given: number | undefined, isStream: boolean): number {
  if (isStream) return given ?? Number.MAX_SAFE_INTEGER;
  if (given === undefined || given <= RAW_LIMIT_MAX) return given ?? RAW_LIMIT_DEFAULT;
  throw badParameter('limit', LIMIT_WANTED, `"${given}"`);
}

const pageOf = (request: RawRequest, left: number): RawRequest => ({
  ...request,
  limit: Math.min(left, request.format === 'ndjson' ? RAW_PAGE_POINTS : RAW_LIMIT_MAX),
});

/**
 * Pages through the query port. The first page is fetched before the status goes out, so that an unknown
 * metric is still a 404; the client's own pace decides when the next one is asked for.
 */
async function streamRows(caller: QueryCaller, { coding: wished, ...asked }: RawRequest): Promise<void> {
  const { exchange } = caller;
  // A page encoded by itself would not go together with the next one.
  const request = { ...asked, coding: undefined };
  let left = request.limit;
  let page = await runQuery(caller, pageOf(request, left));
  const isShort = page.nextCursor === undefined && page.body.length < CODED_ANSWER_BYTES_MIN;
  const coding = isShort ? undefined : wished;
  const coder = coding && new StreamCoder(coding);
  try {
    exchange.startStream(200, ANSWER_TYPES.ndjson, codingHeaders(coding));
    for (;;) {
      await exchange.write(coder === undefined ? page.body : await coder.encode(page.body));
      left -= page.rows;
      if (page.nextCursor === undefined || left <= 0 || exchange.isAborted) break;
      page = await runQuery(caller, pageOf({ ...request, cursor: page.nextCursor }, left));
    }
    if (coder !== undefined && !exchange.isAborted) await exchange.write(await coder.end());
    exchange.endStream(200);
  } finally {
    coder?.close();
  }
}
