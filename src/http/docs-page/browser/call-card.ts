import { element, paragraph, textElement } from './dom.js';
import type { DocumentedCall } from './openapi-types.js';
import { tryForm } from './try-form.js';

/** One call: a line that says what it is, and behind it what it takes, what it answers, and a form to try it. */
export function callCard(call: DocumentedCall, tokenOf: () => string): HTMLDetailsElement {
  const { method, path, operation } = call;
  const card = element('details', 'call', {
    attributes: { id: operation.operationId },
    children: [
      element('summary', '', {
        children: [
          textElement('span', `method ${method}`, method.toUpperCase()),
          textElement('code', 'path', path),
          textElement('span', 'about', operation.summary),
        ],
      }),
    ],
  });
  // Made when it is first opened: a page of forms that nobody looks at would only cost.
  card.addEventListener('toggle', () => {
    if (!card.open) return;
    history.replaceState(null, '', `#${operation.operationId}`);
    if (card.children.length === 1) card.append(detailsOf(call, tokenOf));
  });
  return card;
}

function detailsOf(call: DocumentedCall, tokenOf: () => string): HTMLElement {
  const { operation } = call;
  const children: HTMLElement[] = [];
  if (operation.description !== undefined) children.push(paragraph(operation.description));
  children.push(tryForm(call, tokenOf), textElement('h4', '', 'Answers'));
  for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
    const types = Object.keys(content).join(', ');
    children.push(
      element('p', 'response', {
        children: [
          textElement('b', Number(status) < 400 ? 'good' : 'bad', status),
          ` ${description} `,
          textElement('span', 'type', types),
        ],
      }),
    );
    const example = content['application/json']?.example;
    if (example !== undefined) {
      const shown = textElement('pre', 'answer', JSON.stringify(example, null, 2));
      shown.tabIndex = 0;
      children.push(shown);
    }
  }
  return element('div', 'inside', { children });
}
