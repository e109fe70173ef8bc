import { assert } from '../assert.js';
import {
  LIVE_MAGIC,
  LIVE_VERSION,
  type LiveWindowsLimits,
  type LiveWindowsOffsets,
  liveWindowsOffsets,
  WORD_MAGIC,
  WORD_METRICS,
  WORD_PAGES,
  WORD_VERSION,
} from './live-windows-layout.js';

/** Memory for the sliding windows of one shard. Made by the supervisor; pages cost memory only once touched. */
export function createLiveWindows(limits: LiveWindowsLimits): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(liveWindowsOffsets(limits).bytes);
  const words = new Int32Array(memory);
  words[WORD_MAGIC] = LIVE_MAGIC;
  words[WORD_VERSION] = LIVE_VERSION;
  words[WORD_METRICS] = limits.metricsMax;
  words[WORD_PAGES] = limits.pagesMax;
  return memory;
}

/** Typed views over the windows of one shard, the same for its writer and its readers; limits come from the header. */
export class LiveWindowsViews {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly limits: LiveWindowsLimits;
  readonly offsets: LiveWindowsOffsets;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory);
    assert(this.words[WORD_MAGIC] === LIVE_MAGIC, 'the memory holds no live windows');
    assert(this.words[WORD_VERSION] === LIVE_VERSION, 'the live windows have another version');
    this.limits = { metricsMax: this.words[WORD_METRICS]!, pagesMax: this.words[WORD_PAGES]! };
    this.offsets = liveWindowsOffsets(this.limits);
    assert(
      memory.byteLength === this.offsets.bytes,
      'the live windows have another length than their limits say',
    );
  }
}
