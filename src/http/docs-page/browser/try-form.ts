import { element, textElement } from './dom.js';
import { type DocumentedCall, type ParameterObject, typeText } from './openapi-types.js';
import { showReply } from './reply-view.js';

/** The form by which a call is tried: an input a parameter, the body, the command that does the same, and the answer. */
export function tryForm(call: DocumentedCall, tokenOf: () => string): HTMLElement {
  const { operation } = call;
  const inputs = operation.parameters
    .filter(({ description }) => description?.startsWith('Another name of ') !== true)
    .map((parameter) => ({ parameter, input: inputOf(parameter) }));
  const body = bodyInput(call);
  const command = element('code', 'command');
  const reply = element('div', 'reply', { attributes: { 'aria-live': 'polite' } });

  const request = (): { url: string; init: RequestInit } => {
    const values = inputs.map(({ parameter, input }) => ({ parameter, value: input.value }));
    const headers: Record<string, string> = {};
    const token = operation.security === undefined ? '' : tokenOf();
    if (token !== '') headers['Authorization'] = `Bearer ${token}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const init: RequestInit = { method: call.method.toUpperCase(), headers };
    if (body !== undefined) init.body = body.value;
    return { url: urlOf(call.path, values), init };
  };
  const showCommand = (): void => {
    command.textContent = commandOf(request());
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { url, init } = request();
    await showReply(reply, url, init);
  };

  const rows = inputs.map(({ parameter, input }) => rowOf(parameter, input));
  if (body !== undefined) {
    rows.push(element('label', 'row', { children: [textElement('span', 'name', 'body'), body] }));
  }
  showCommand();
  return element('form', 'try', {
    on: { input: showCommand, submit: (event) => void send(event) },
    children: [
      ...rows,
      element('div', 'actions', { children: [textElement('button', 'send', 'Send'), command] }),
      reply,
    ],
  });
}

function inputOf({ name, required, schema }: ParameterObject): HTMLInputElement | HTMLSelectElement {
  const values = schema.enum;
  if (values !== undefined) {
    const options = ['', ...values.map(String)].map((value) =>
      element('option', '', { attributes: { value }, children: [value] }),
    );
    return element('select', '', { attributes: { name }, children: options });
  }
  const example = (schema.items ?? schema).examples?.[0] ?? schema.default;
  const text = example === undefined || typeof example === 'object' ? '' : String(example);
  const attributes: Record<string, string> = { name, autocomplete: 'off', spellcheck: 'false' };
  if (required === true) {
    attributes['required'] = '';
    attributes['value'] = text;
  } else attributes['placeholder'] = name.endsWith('.NAME') ? 'region=eu' : text;
  return element('input', '', { attributes });
}

function rowOf(parameter: ParameterObject, input: HTMLElement): HTMLElement {
  const { name, required, description, schema } = parameter;
  const title = [textElement('span', 'name', name)];
  if (required === true) title.push(textElement('span', 'required', 'required'));
  title.push(textElement('span', 'type', typeText(schema.items ?? schema)));
  const note = description ?? schema.description ?? '';
  return element('label', 'row', {
    children: [
      element('span', 'title', { children: title }),
      input,
      ...(note === '' ? [] : [textElement('span', 'note', note)]),
    ],
  });
}

function bodyInput({ operation }: DocumentedCall): HTMLTextAreaElement | undefined {
  const content = operation.requestBody?.content['application/json'];
  if (content === undefined) return undefined;
  const text = JSON.stringify(content.example ?? {}, null, 2);
  const rows = String(Math.min(16, text.split('\n').length + 1));
  return element('textarea', '', { attributes: { rows, spellcheck: 'false' }, children: [text] });
}

function urlOf(path: string, values: readonly { parameter: ParameterObject; value: string }[]): string {
  let filled = path;
  const query: string[] = [];
  for (const { parameter, value } of values) {
    const { name } = parameter;
    if (parameter.in === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== '' && name.endsWith('.NAME')) {
      const [label, ...rest] = value.split('=');
      query.push(
        `${name.slice(0, -'NAME'.length)}${encodeURIComponent(label ?? '')}=${encodeURIComponent(rest.join('='))}`,
      );
    } else if (value !== '') query.push(`${name}=${encodeURIComponent(value)}`);
  }
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

/** The same request for a shell. A token is not shown. */
function commandOf({ url, init }: { url: string; init: RequestInit }): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ['curl -s'];
  if (init.method !== 'GET') parts.push(`-X ${init.method}`);
  for (const [name, value] of Object.entries(init.headers as Record<string, string>)) {
    parts.push(`-H ${quote(`${name}: ${name === 'Authorization' ? 'Bearer TOKEN' : value}`)}`);
  }
  if (typeof init.body === 'string') parts.push(`-d ${quote(init.body.replace(/\s*\n\s*/g, ''))}`);
  return [...parts, quote(location.origin + url)].join(' ');
}
