import { z } from 'zod';
import { assert } from '../../../native-free-core/assert.js';

/** What answers are made of, as schemas: for the OpenAPI document and for tests that hold answers against it. */

export const TIMESTAMP = z.iso
  .datetime()
  .meta({ description: 'RFC 3339 in UTC, with a fraction only where it is not zero.' });

/** null where there is no number, or none that is finite. */
export const NUMBER_OR_NULL = z.number().nullable();

export const LABEL_VALUES = z.record(z.string(), z.string());

/** What `trace=1` adds to an answer. */
export const TRACE_REPORT = z
  .object({
    plan: z
      .array(z.object({ source: z.string(), start: TIMESTAMP, end: TIMESTAMP }))
      .meta({ description: 'What was read of each tier; the parts of several plans follow each other.' }),
    series: z.int(),
    segments: z.int(),
    cells: z.int().meta({ description: 'Stored cells that were decoded.' }),
    cached_cells: z.int().meta({ description: 'Stored cells that were remembered.' }),
    points: z.int(),
    bytes: z.int(),
    plan_ms: z.number(),
    scan_ms: z.number(),
    merge_ms: z.number(),
    encode_ms: z.number(),
    cache: z.enum(['none', 'part', 'all']),
  })
  .meta({ description: 'Where the answer came from and what it cost; only with `trace=1`.' });

/** The schema of an answer that `trace=1` adds its report to. */
export function withTrace(schema: z.ZodType): z.ZodType {
  assert(schema instanceof z.ZodObject, 'what is traced must be an object');
  return schema.extend({ trace: TRACE_REPORT.optional() });
}

/** Any answer with `format=columns`. */
export const COLUMNS = z
  .looseObject({
    data_source: z.string().optional().meta({ description: 'Of answers in windows.' }),
    series_selected: z.int().optional().meta({ description: 'Of answers in windows: series that match.' }),
    groups_total: z
      .int()
      .optional()
      .meta({ description: 'Of answers in windows: groups, of which `top` may have left some out.' }),
    times: z.array(z.number()).meta({ description: 'Milliseconds since the epoch, rising.' }),
    series: z.array(
      z.object({
        labels: LABEL_VALUES,
        name: z.string().optional().meta({ description: 'Which of several values of a row.' }),
        values: z.array(NUMBER_OR_NULL),
      }),
    ),
    next_cursor: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Of raw points: where the next page begins, null on the last one.' }),
    trace: TRACE_REPORT.optional(),
  })
  .meta({ description: 'Every series has a value, or null, at each of the times.' });
