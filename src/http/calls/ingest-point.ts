import { z } from 'zod';
import { MillraceError } from '../../errors.js';
import { formatTime } from '../../time/format-time.js';
import { collectBody } from '../body.js';
import { defineCall } from '../call/call.js';
import { badBody, readValue } from '../ingest/body-reader.js';
import type { IngestCall } from '../ingest/ingest-call.js';
import { busyError, unableToStore } from '../ingest/ingest-outcome.js';
import { IngestReport } from '../ingest/ingest-report.js';
import { addPoint, describe, pointTime } from '../ingest/point-batch.js';
import { bodyFormat } from '../media-types.js';
import { TIMESTAMP } from '../schema/answers.js';
import { NAMED_POINT } from '../schema/points.js';

/** One point. */
export const ingestPointCall = defineCall({
  method: 'POST',
  path: '/metrics/ingest',
  access: 'ingest',
  group: 'Ingest',
  summary: 'Takes one point; it is durable when it answers',
  streamedBody: {
    formats: ['json', 'msgpack'],
    schema: NAMED_POINT,
    example: { metric_name: 'cpu_usage', value: 23.5, labels: { host: 'server-01' } },
  },
  answer: {
    schema: z.object({ status: z.literal('ok'), metric_name: z.string(), timestamp: TIMESTAMP }),
    example: { status: 'ok', metric_name: 'cpu_usage', timestamp: '2024-01-01T00:00:00Z' },
  },
  problems: [413, 415],
  handler: ({ exchange, edge, answer }) => {
    const format = bodyFormat(exchange.contentType, ['json', 'msgpack']) as 'json' | 'msgpack';
    collectBody(exchange, { bytesMax: edge.limits.bodyBytes, budget: edge.budget }, (body) =>
      takePoint({ exchange, edge, answer }, readValue(body, format)),
    );
  },
});

function takePoint({ exchange, edge, answer }: Omit<IngestCall, 'form'>, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badBody(`one point {"metric_name","value","timestamp"?,"labels"?}; got ${describe(value)}`);
  }
  const point = value as { metric_name?: unknown; name?: unknown; timestamp?: unknown };
  const nowMs = edge.clock.nowMs();
  const report = new IngestReport();
  const sink = edge.ingest.begin(nowMs, 'live');
  addPoint(sink, report, 0, point);
  // The rejects are counted at commit, so a batch of one reject is committed like any other.
  const busy = sink.commit((failure) => {
    if (failure !== undefined) exchange.fail(unableToStore(failure));
    else if (report.accepted === 1) {
      const timestamp = formatTime(pointTime(point.timestamp) ?? nowMs);
      answer({ status: 'ok', metric_name: point.name ?? point.metric_name, timestamp });
    } else exchange.fail(refusal(report));
  });
  if (busy !== undefined) throw busyError(busy);
}

function refusal(report: IngestReport): MillraceError {
  const { reason, message } = report.errors[0]!;
  return new MillraceError('MR_POINT_REJECTED', `The point was refused: ${message}.`, { fields: { reason } });
}
