/** Whether nothing but spaces, tabs and carriage returns stands from `start` to `end`. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = bytes[i]!;
    if (code !== 0x20 && code !== 0x0d && code !== 0x09) return false;
  }
  return true;
}
