/**
 * Where each run begins in a list of three numbers a run (whose it is, and where it begins and ends in some columns): by whose they
 * are, below `count`, and for each in the order of the list.
 */
export function orderOfRuns(runs: Uint32Array, length: number, count: number): Uint32Array {
  const places = new Uint32Array(count + 1);
  for (let run = 0; run < length; run += 3) places[runs[run]! + 1]!++;
  for (let i = 1; i <= count; i++) places[i]! += places[i - 1]!;
  const order = new Uint32Array(length / 3);
  for (let run = 0; run < length; run += 3) order[places[runs[run]!]!++] = run;
  return order;
}
