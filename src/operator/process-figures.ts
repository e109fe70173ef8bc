/** What all threads of the process have worked, s. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** What memory the process has. `shared` are objects with the shared memory of its parts. */
export function memoryFigures(shared: readonly object[]) {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  return {
    rss_bytes: rss,
    heap_used_bytes: heapUsed,
    heap_total_bytes: heapTotal,
    external_bytes: external,
    // Reserved for the rings and the open state; what of it was never touched takes no room.
    shared_bytes: shared.reduce((sum, part) => sum + sharedBytes(part), 0),
  };
}

/** Bytes of all shared memory below an object. */
function sharedBytes(memory: object): number {
  let bytes = 0;
  for (const part of Object.values(memory) as unknown[]) {
    if (part instanceof SharedArrayBuffer) bytes += part.byteLength;
    else if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part))
      bytes += sharedBytes(part);
  }
  return bytes;
}
