import { z } from 'zod';
import { ERRORS_SHOWN_MAX } from '../limits.js';

/**
 * What bulk bodies look like, for the documentation. They are read by scanners of their own (src/http/ingest), because a
 * schema would cost more than everything else that is done to a point; and a bad point is counted, not refused with the rest.
 */

const timestamp = z
  .union([z.string(), z.number()])
  .nullable()
  .optional()
  .meta({
    description:
      'RFC 3339 with an offset, epoch seconds, or epoch milliseconds (from 1e11 on); none is the time of arrival.',
    examples: ['2024-01-01T00:00:00Z'],
  });

const labels = z
  .record(z.string(), z.string())
  .optional()
  .meta({ examples: [{ host: 'web-1' }] });

/** A point of /api/v1/record. */
export const RECORD_POINT = z.looseObject({
  name: z.string().meta({ examples: ['api.latency'] }),
  value: z.number(),
  timestamp,
  labels,
  tags: labels.meta({ description: 'Another name of labels.' }),
});

/** A point of /backfill/import. */
export const IMPORT_POINT = z.looseObject({
  metric_name: z.string().meta({ examples: ['cpu_usage'], description: '`name` is another name of it.' }),
  value: z.number(),
  timestamp,
  labels,
  tags: labels.meta({ description: 'Another name of labels.' }),
});

/** A point of /metrics/ingest. */
export const NAMED_POINT = z.looseObject({
  metric_name: z.string().meta({ examples: ['cpu_usage'] }),
  value: z.number(),
  timestamp,
  labels,
});

/** Points that were refused, with the reasons. */
export const POINT_ERRORS = z
  .array(z.object({ index: z.int(), reason: z.string(), message: z.string() }))
  .meta({ description: `The first ${ERRORS_SHOWN_MAX} refused points; docs/errors.md lists the reasons.` });
