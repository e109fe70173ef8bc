/**
 * What the parts of a query take, in steps of about 10 ns: parts whose number is known before they are done, so that the socket
 * thread can tell beforehand whether a query is small enough for it (inline-stop.ts). Points are not among them: they show as they come.
 */
const STEPS_EACH = {
  /** To match a text against a pattern. */
  matchedText: 20,
  /** To hold two names against each other. */
  nearName: 200,
  /** To mark or look at a row of the series' index. */
  row: 2,
  series: 30,
  cell: 2,
  answerValue: 20,
};

export type WorkPart = keyof typeof STEPS_EACH;

export const stepsOf = (part: WorkPart, count: number): number => STEPS_EACH[part] * count;
