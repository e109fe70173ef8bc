/**
 * Whether a text matches a pattern in which `*` stands for any characters and `?` for one; all else stands for itself. The
 * whole text must match. It goes back to the last star only, so it takes at most length × length steps, whatever the pattern.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  // Characters, not halves of them.
  const wanted = [...pattern];
  const given = [...text];
  let at = 0;
  let i = 0;
  /** Behind the last star met, and where the text stood when it began to match what follows it. */
  let behindStar = -1;
  let starAt = 0;
  while (i < given.length) {
    if (wanted[at] === '*') {
      behindStar = ++at;
      starAt = i;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[i])) {
      at++;
      i++;
    } else if (behindStar >= 0) {
      // The star takes one character more.
      at = behindStar;
      i = ++starAt;
    } else return false;
  }
  while (wanted[at] === '*') at++;
  return at === wanted.length;
}
