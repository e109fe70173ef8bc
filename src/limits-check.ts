import { assert } from '../native-free-core/assert.js';
import { ENTRY_POINTS_MAX, PRODUCER_WINDOW_BITS, SERIES_KEY_BYTES_MAX } from '../native-free-core/limits.js';
import { defaultWireLimits } from '../protocol/limits.js';

/** Relations between the bounds of the two leaves, which know nothing of each other. Checked when ingest is loaded. */
const { pointsPerBatchMax, inFlightMax, nameBytesMax, labelsMax, labelNameBytesMax, labelValueBytesMax } =
  defaultWireLimits;

assert(pointsPerBatchMax <= ENTRY_POINTS_MAX, 'a batch must fit an entry');
assert(inFlightMax <= PRODUCER_WINDOW_BITS, "a producer's window must tell apart what may be in flight");

// The count, and two length prefixes a text: series-key-layout.ts.
const seriesKeyBytes = 1 + 2 + nameBytesMax + labelsMax * (4 + labelNameBytesMax + labelValueBytesMax);
assert(seriesKeyBytes <= SERIES_KEY_BYTES_MAX, 'the longest series must have a key');
