import type { CellRun } from '../../../../native-free-core/cell/cell-run.js';
import { cellRunBytesMax, encodeCellRunInto } from '../../../../native-free-core/cell/cell-run-codec.js';
import { DIGITS_OFFSET } from '../../../../native-free-core/cell/cell-run-layout.js';
import { FLOAT_DIGITS, latticeOf } from '../../../../native-free-core/cell/value-lattice.js';
import { BitSink } from '../../../../native-free-core/histogram/bit-sink.js';
import { BucketSplit, splitBytesMax } from '../../../../native-free-core/histogram/bucket-split.js';
import { MINUTE_MS } from './workload.js';

/**
 * Writes of a run what is the sketch's alone, the places and counts of its buckets, as a run on disk has them between everything
 * else: on the lattice that the encoder chose, row behind row in one stream of bits. Answers its bytes.
 */
export function sketchBytesOf(run: CellRun): () => number {
  const out = new Uint8Array(cellRunBytesMax(run, 0, run.length));
  encodeCellRunInto(run, 0, run.length, MINUTE_MS, out, 0);
  const lattice = latticeOf(out[DIGITS_OFFSET]! + FLOAT_DIGITS);
  const places = Int32Array.from(run.bucketIndexes.subarray(0, run.bucketStart(run.length)), (index) =>
    lattice.placeOf(index),
  );
  let bytes = 8;
  for (let i = 0; i < run.length; i++) {
    bytes += splitBytesMax(run.bucketEnd[i]! - run.bucketStart(i), run.count[i]!);
  }
  const stream = new Uint8Array(bytes);
  const split = new BucketSplit();
  const sink = new BitSink();
  return () => {
    sink.start(stream, 0);
    split.prior.clear();
    for (let i = 0; i < run.length; i++) {
      const start = run.bucketStart(i);
      const length = run.bucketEnd[i]! - start;
      // One bucket is told by the min.
      if (length > 1) {
        split.load(places, start, run.bucketCounts, start, length, run.count[i]!);
        split.write(sink);
      }
      split.prior.take(places, start, run.bucketCounts, start, length, run.count[i]!);
    }
    return sink.finish();
  };
}
