import { element, textElement } from './dom.js';

/** Characters of an answer that are shown; the rest is what a download is for. */
const SHOWN_MAX = 100_000;

/** Sends a request and shows what came, or why nothing did. */
export async function showReply(place: HTMLElement, url: string, init: RequestInit): Promise<void> {
  place.replaceChildren(textElement('p', 'note', 'Waiting for the answer …'));
  const startMs = performance.now();
  try {
    const reply = await fetch(url, { ...init, cache: 'no-store' });
    const bytes = new Uint8Array(await reply.arrayBuffer());
    const type = reply.headers.get('Content-Type') ?? '';
    const figures = `${reply.status} ${reply.statusText} · ${bytes.length.toLocaleString('en')} bytes · ${Math.round(performance.now() - startMs)} ms`;
    const shown = textElement('pre', 'answer', bodyText(bytes, type));
    shown.tabIndex = 0;
    place.replaceChildren(
      element('p', reply.ok ? 'status good' : 'status bad', { children: [figures] }),
      shown,
    );
  } catch (error) {
    place.replaceChildren(textElement('p', 'status bad', `No answer came: ${String(error)}`));
  }
}

function bodyText(bytes: Uint8Array, type: string): string {
  if (type.includes('msgpack')) return hexText(bytes);
  const text = new TextDecoder().decode(bytes);
  const pretty = /[/+]json/.test(type) ? prettyJson(text) : text;
  return pretty.length <= SHOWN_MAX
    ? pretty
    : `${pretty.slice(0, SHOWN_MAX)}\n… ${pretty.length - SHOWN_MAX} more characters`;
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function hexText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 512), (byte) => byte.toString(16).padStart(2, '0'));
  return shown.join(' ') + (bytes.length > 512 ? ' …' : '');
}
