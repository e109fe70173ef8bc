import { crc32c } from '../../../../native-free-core/codec/crc32c.js';
import type { MicroBench } from '../../../harness.js';
import { randomFrom } from './columns.js';

const perRun = (size: 'smoke' | 'full'): number => (size === 'smoke' ? 4096 : 1 << 20);

export const benches: MicroBench[] = [
  {
    name: 'crc32c',
    unit: 'bytes',
    perRun,
    setup: (size) => {
      const random = randomFrom(1);
      const bytes = Uint8Array.from({ length: perRun(size) }, () => Math.floor(random() * 256));
      return () => crc32c(bytes, 0, bytes.length);
    },
  },
];
