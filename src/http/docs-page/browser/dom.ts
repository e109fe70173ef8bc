/** What an element is made with: attributes, listeners by `onclick` and the like, children. Text is never read as markup. */
export interface ElementParts {
  attributes?: Readonly<Record<string, string>>;
  on?: Readonly<Record<string, (event: Event) => void>>;
  children?: readonly (Node | string)[];
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  { attributes = {}, on = {}, children = [] }: ElementParts = {},
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  for (const [type, listener] of Object.entries(on)) made.addEventListener(type, listener);
  made.append(...children);
  return made;
}

/** An element with nothing but text in it. */
export function textElement<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  text: string,
): HTMLElementTagNameMap[K] {
  return element(name, className, { children: [text] });
}

/** A paragraph in which text between backticks is code. */
export function paragraph(text: string): HTMLParagraphElement {
  const parts = text.split('`').map((part, at) => (at % 2 === 1 ? textElement('code', '', part) : part));
  return element('p', '', { children: parts });
}

/** The element of an id that the page has. */
export function mustFind(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}
