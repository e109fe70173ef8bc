import { decodeUtf8, encodeUtf8Into, isPrintableUtf8 } from '../../../protocol/index.js';
import type { MicroBench } from '../../harness.js';
import { mix } from './sample.js';

const texts = Array.from({ length: 1000 }, (_, i) => `metric.name.${i}.count`);

function bench(name: string, each: (text: string, bytes: Uint8Array) => number): MicroBench {
  return {
    name,
    unit: 'values',
    perRun: () => texts.length,
    setup: () => {
      const bytes = new Uint8Array(256);
      return () => {
        let hash = 0;
        for (const text of texts) hash = mix(hash, each(text, bytes));
        return hash;
      };
    },
  };
}

const native = new TextEncoder();

export const benches: MicroBench[] = [
  bench('encodeUtf8Into(): a name of 20 letters', (text, bytes) => encodeUtf8Into(text, bytes, 0)),
  // What encodeUtf8Into is measured against.
  bench(
    'TextEncoder.encodeInto(): a name of 20 letters',
    (text, bytes) => native.encodeInto(text, bytes).written,
  ),
  bench('isPrintableUtf8(): a name of 20 letters', (text, bytes) => {
    const end = encodeUtf8Into(text, bytes, 0);
    return isPrintableUtf8(bytes, 0, end) ? 1 : 0;
  }),
  bench('decodeUtf8(): a name of 20 letters', (text, bytes) => {
    const end = encodeUtf8Into(text, bytes, 0);
    return decodeUtf8(bytes, 0, end).length;
  }),
];
