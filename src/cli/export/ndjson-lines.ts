const NEWLINE = 0x0a;

/**
 * Turns lines of points without a name into lines that say it, in bytes: `{` becomes `{"name":"cpu",`. Nothing of a line is
 * parsed, so that an export goes as fast as its points come.
 */
export async function* namedLines(
  metric: string,
  chunks: AsyncIterable<Uint8Array>,
  onLines: (lines: number) => void,
): AsyncIterable<Uint8Array> {
  const name = Buffer.from(`{"name":${JSON.stringify(metric)},`);
  let isAtStart = true;
  for await (const chunk of chunks) {
    const parts: Uint8Array[] = [];
    let lines = 0;
    for (let at = 0; at < chunk.length; ) {
      if (isAtStart) {
        parts.push(name);
        // The brace stands in the name.
        at++;
      }
      const end = chunk.indexOf(NEWLINE, at);
      isAtStart = end >= 0;
      if (isAtStart) lines++;
      const next = isAtStart ? end + 1 : chunk.length;
      parts.push(chunk.subarray(at, next));
      at = next;
    }
    onLines(lines);
    yield Buffer.concat(parts);
  }
}
