/** A point as /query/raw writes it. */
export interface PointLine {
  timestamp: string;
  value: number;
  labels: Record<string, string>;
}

/** The points of a stream of lines that may be cut anywhere. */
export async function* pointLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<PointLine[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    yield lines.map((line) => JSON.parse(line) as PointLine);
  }
}
