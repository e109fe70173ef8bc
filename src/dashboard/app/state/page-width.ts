import { signal } from '@preact/signals';
import { stepWidth } from './range';

/** The width that a chart has about, CSS pixels, known before anything is laid out: charts go over the whole page. */
export const pageWidth = signal(stepWidth(innerWidth));

addEventListener('resize', () => {
  pageWidth.value = stepWidth(innerWidth);
});
