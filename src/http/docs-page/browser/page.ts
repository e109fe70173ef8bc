import { callCard } from './call-card.js';
import { element, mustFind, textElement } from './dom.js';
import type { DocumentedCall, OpenApi } from './openapi-types.js';

/** The page at /docs: reads /openapi.json of its own origin and asks nothing of anybody else. */

function callsOf({ paths }: OpenApi): DocumentedCall[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

function show(api: OpenApi): void {
  const main = mustFind('calls');
  const nav = mustFind('groups');
  const token = mustFind('token') as HTMLInputElement;
  const filter = mustFind('filter') as HTMLInputElement;
  const calls = callsOf(api);
  const entries: { text: string; card: HTMLElement; section: HTMLElement }[] = [];
  mustFind('version').textContent = api.info.version;
  mustFind('about').textContent = api.info.description;
  main.replaceChildren();
  for (const { name } of api.tags) {
    const id = `group-${name.toLowerCase().replaceAll(' ', '-')}`;
    const section = element('section', '', {
      attributes: { 'aria-labelledby': id },
      children: [element('h3', '', { attributes: { id }, children: [name] })],
    });
    for (const call of calls.filter(({ operation }) => operation.tags.includes(name))) {
      const card = callCard(call, () => token.value);
      const { summary, description = '' } = call.operation;
      entries.push({ text: `${call.path} ${summary} ${description}`.toLowerCase(), card, section });
      section.append(card);
    }
    main.append(section);
    nav.append(element('a', '', { attributes: { href: `#${id}` }, children: [name] }));
  }
  filter.addEventListener('input', () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const { text, card } of entries) card.hidden = !text.includes(wanted);
    for (const { section } of entries) {
      section.hidden = entries.every((entry) => entry.section !== section || entry.card.hidden);
    }
  });
  openAddressed();
  addEventListener('hashchange', openAddressed);
}

/** Opens the call that the address names. */
function openAddressed(): void {
  const named = document.getElementById(location.hash.slice(1));
  if (!(named instanceof HTMLDetailsElement)) return;
  named.open = true;
  named.scrollIntoView();
}

async function start(): Promise<void> {
  try {
    const reply = await fetch('/openapi.json');
    if (!reply.ok) throw new Error(`/openapi.json answered ${reply.status}`);
    show((await reply.json()) as OpenApi);
  } catch (error) {
    const text = `The description of the API could not be read: ${String(error)}. Reload the page.`;
    mustFind('calls').replaceChildren(textElement('p', 'status bad', text));
  }
}

void start();
