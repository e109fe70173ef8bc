/** RFC 6455: the reason of a close frame has room for so many bytes. */
const REASON_BYTES_MAX = 123;

/** A text that fits into a close frame, cut between two characters: with half of one a client would refuse the frame. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= REASON_BYTES_MAX) return text;
  let end = REASON_BYTES_MAX;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
