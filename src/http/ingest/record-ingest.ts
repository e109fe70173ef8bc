import { MillraceError } from '../../errors.js';
import type { Edge } from '../edge.js';
import type { BodyFormat } from '../media-types.js';
import type { RowSink } from '../ports.js';
import { badBody, readValue } from './body-reader.js';
import type { IngestCall } from './ingest-call.js';
import type { IngestForm } from './ingest-form.js';
import { answerReport, busyError, unableToStore } from './ingest-outcome.js';
import type { IngestReport } from './ingest-report.js';
import { addPoint, describe } from './point-batch.js';

/** Takes the points of a whole body and answers when they are durable. Reads the bytes before it returns. */
export function ingestBody(call: IngestCall, body: Uint8Array, format: Exclude<BodyFormat, 'ndjson'>): void {
  const { exchange, edge, form } = call;
  const nowMs = edge.clock.nowMs();
  const report = form.newReport(nowMs);
  const batch = { edge, form, report, nowMs };
  const sink = format === 'json' ? scanOrRead(batch, body) : readInto(batch, body, 'msgpack');
  if (report.accepted + report.rejected === 0) {
    sink.abort();
    answerReport(call, report);
    return;
  }
  const busy = sink.commit((failure) => {
    if (failure === undefined) answerReport(call, report);
    else exchange.fail(unableToStore(failure));
  });
  if (busy !== undefined) throw busyError(busy);
}

interface Batch {
  edge: Edge;
  form: IngestForm;
  report: IngestReport;
  nowMs: number;
}

/** Answers the open sink with every point of the body in it. */
function scanOrRead(batch: Batch, body: Uint8Array): RowSink {
  const { edge, form, report, nowMs } = batch;
  const sink = edge.ingest.begin(nowMs, form.kind);
  let count = -1;
  try {
    count = edge.scanner.scanBody(body, form.listKey, sink, report);
  } finally {
    if (count < 0) sink.abort();
  }
  if (count < 0) {
    report.reset();
    return readInto(batch, body, 'json');
  }
  if (count > edge.limits.pointsPerBatch) {
    sink.abort();
    throw tooManyPoints(count, edge.limits.pointsPerBatch);
  }
  return sink;
}

function readInto(batch: Batch, body: Uint8Array, format: 'json' | 'msgpack'): RowSink {
  const { edge, form, report, nowMs } = batch;
  const { listKey, nameKey } = form;
  const value = readValue(body, format);
  const points = (value as Readonly<Record<string, unknown>> | null)?.[listKey];
  if (!Array.isArray(points)) {
    throw badBody(
      `an object {"${listKey}":[{"${nameKey}","value","timestamp"?,"labels"?}, ...]}; got ${describe(value)} whose ${listKey} is ${describe(points)}`,
    );
  }
  if (points.length > edge.limits.pointsPerBatch)
    throw tooManyPoints(points.length, edge.limits.pointsPerBatch);
  const sink = edge.ingest.begin(nowMs, form.kind);
  let isWhole = false;
  try {
    points.forEach((point, index) => {
      addPoint(sink, report, index, point);
    });
    isWhole = true;
  } finally {
    if (!isWhole) sink.abort();
  }
  return sink;
}

function tooManyPoints(count: number, max: number): MillraceError {
  return new MillraceError(
    'MR_BODY_TOO_LARGE',
    `A batch may have at most ${max} points (limits.pointsPerBatch); got ${count}. Send smaller batches, or NDJSON, which has no limit.`,
    { fields: { limit_points: max } },
  );
}
