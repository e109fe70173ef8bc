import { assert } from '../native-free-core/assert.js';
import { ENTRY_POINTS_MAX, PRODUCER_WINDOW_BITS, SERIES_KEY_BYTES_MAX } from '../native-free-core/limits.js';
import { KEY_COUNT_BYTES, KEY_LENGTH_BYTES } from '../native-free-core/series/series-key-layout.js';
import { defaultWireLimits } from '../protocol/limits.js';

/** Relations between the bounds of the two leaves, which know nothing of each other. Checked when ingest is loaded. */
const { pointsPerBatchMax, inFlightMax, nameBytesMax, labelsMax, labelNameBytesMax, labelValueBytesMax } =
  defaultWireLimits;

assert(pointsPerBatchMax <= ENTRY_POINTS_MAX, 'a batch must fit an entry');
assert(inFlightMax <= PRODUCER_WINDOW_BITS, "a producer's window must tell apart what may be in flight");

const labelBytesMax = 2 * KEY_LENGTH_BYTES + labelNameBytesMax + labelValueBytesMax;
const seriesKeyBytes = KEY_LENGTH_BYTES + nameBytesMax + KEY_COUNT_BYTES + labelsMax * labelBytesMax;
assert(seriesKeyBytes <= SERIES_KEY_BYTES_MAX, 'the longest series must have a key');
