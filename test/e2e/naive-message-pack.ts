/** What a MessagePack document says, read by the specification's table and nothing else; it must be the whole of the bytes. */
export function readMessagePack(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let at = 0;
  const take = (length: number): number => {
    const from = at;
    at += length;
    if (at > bytes.length) throw new Error(`the document ends within a value at ${from}`);
    return from;
  };
  const uint = (width: number): number => {
    const from = take(width);
    if (width === 1) return view.getUint8(from);
    if (width === 2) return view.getUint16(from);
    if (width === 4) return view.getUint32(from);
    return Number(view.getBigUint64(from));
  };
  const int = (width: number): number => {
    const from = take(width);
    if (width === 1) return view.getInt8(from);
    if (width === 2) return view.getInt16(from);
    if (width === 4) return view.getInt32(from);
    return Number(view.getBigInt64(from));
  };
  const text = (length: number): string => utf8.decode(bytes.subarray(take(length), at));
  const list = (length: number): unknown[] => Array.from({ length }, () => value());
  const map = (length: number): object => {
    const entries = Array.from({ length }, () => {
      const key = value();
      if (typeof key !== 'string') throw new Error(`a key at ${at} is no text`);
      return [key, value()] as const;
    });
    const found = Object.fromEntries(entries);
    if (Object.keys(found).length !== length) throw new Error(`a map before ${at} has a key twice`);
    return found;
  };
  const value = (): unknown => {
    const head = uint(1);
    if (head <= 0x7f) return head;
    if (head <= 0x8f) return map(head & 0x0f);
    if (head <= 0x9f) return list(head & 0x0f);
    if (head <= 0xbf) return text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    if (head === 0xc0) return null;
    if (head === 0xc2 || head === 0xc3) return head === 0xc3;
    if (head === 0xca) return view.getFloat32(take(4));
    if (head === 0xcb) return view.getFloat64(take(8));
    if (head >= 0xcc && head <= 0xcf) return uint(1 << (head - 0xcc));
    if (head >= 0xd0 && head <= 0xd3) return int(1 << (head - 0xd0));
    if (head >= 0xd9 && head <= 0xdb) return text(uint(1 << (head - 0xd9)));
    if (head === 0xdc || head === 0xdd) return list(uint(head === 0xdc ? 2 : 4));
    if (head === 0xde || head === 0xdf) return map(uint(head === 0xde ? 2 : 4));
    throw new Error(`0x${head.toString(16)} at ${at - 1} begins nothing that an answer has`);
  };
  const whole = value();
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes stand behind the document`);
  return whole;
}
