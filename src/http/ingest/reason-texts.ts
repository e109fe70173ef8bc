import type { RejectReason } from '../../../protocol/index.js';

/** A sentence for each reject reason that says what was wanted; docs/errors.md says more. */
export const REASON_TEXTS: Readonly<Record<RejectReason, string>> = {
  unknown_ref: 'the series reference is not bound: bind it before using it',
  invalid_name: 'a metric name must be 1 to 256 bytes of UTF-8 without control characters',
  invalid_label:
    'labels must be an object of text to text; a label name is 1 to 128 bytes of UTF-8, each once',
  invalid_value: 'a value must be a finite number',
  invalid_time:
    'a timestamp must be an RFC 3339 time with Z or an offset, epoch seconds, or epoch milliseconds',
  too_old:
    "the time lies before the raw tier's retention; POST /backfill/import takes what is older, as far back as any tier keeps it",
  too_far_ahead:
    "the time lies further ahead of the server's clock than the configured skew: check the sender's clock",
  metric_series_limit: 'the metric has as many series as it may have: look for a label with unbounded values',
  total_series_limit: 'the server has as many series as it may have',
  too_many_labels: 'a series may have at most 32 labels',
  label_too_long: 'a label name may have at most 128 bytes and a label value at most 1024',
};
