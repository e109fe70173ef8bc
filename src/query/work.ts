/**
 * What the parts of a query take, in steps of about 10 ns: parts whose number is known before they are done, so that the socket
 * thread can tell beforehand whether a query is small enough for it (inline-stop.ts). Stored points are not among them: they show as they come.
 */
const STEPS_EACH = {
  /** To match a text against a pattern. */
  matchedText: 20,
  /** To hold two names against each other. */
  nearName: 200,
  /** To mark or look at a row of the series' index. */
  row: 2,
  series: 30,
  /** To read of a segment's series where their runs lie, and to find a run. */
  directory: 3,
  run: 150,
  /** To decode cells: DecodePace knows how many steps that takes. */
  decoding: 1,
  /** To find a run whose cells must come with their sketches, and to decode one of these. */
  sketchedRun: 400,
  sketchedCell: 9,
  cell: 2,
  /** To read a key of a segment that is not remembered. */
  key: 80,
  /** To copy a point of a long chain of the open state, and to take it into the answer. */
  openPoint: 1,
  answerValue: 20,
  /** To keep a sketch for a value of the answer and to read a percentile from it, besides. */
  percentile: 60,
};

export type WorkPart = keyof typeof STEPS_EACH;

export const stepsOf = (part: WorkPart, count: number): number => STEPS_EACH[part] * count;
