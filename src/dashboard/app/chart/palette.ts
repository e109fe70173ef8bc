/** Series colours: ten hues that stay apart for colour-blind readers, then the same with dashes. */
export const HUES = 10;

/** Most series that a chart draws: more can't be told apart. */
export const SERIES_DRAWN_MAX = 2 * HUES;

const style = (): CSSStyleDeclaration => getComputedStyle(document.documentElement);

export const token = (name: string): string => style().getPropertyValue(name).trim();

export const seriesColour = (index: number): string => token(`--s${index % HUES}`);

/** Dash pattern in CSS pixels; undefined for a solid line. */
export const seriesDash = (index: number): number[] | undefined =>
  index % SERIES_DRAWN_MAX < HUES ? undefined : [6, 4];
