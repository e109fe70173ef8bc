import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, from the sources as well as from the compiled tests. */
export const root = findRoot();

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** A file of the repository; the path is from its root, with slashes. */
export interface SourceFile {
  path: string;
  text: string;
}

/** All files below a folder whose names end in `ending`, in the order of their paths. */
export function filesBelow(folder: string, ending: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path).replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

export const lineCount = (text: string): number => text.split('\n').length - 1;

/** A source taken apart: its code with blanks where comments were, and the text of its comments. */
export interface SplitSource {
  code: string;
  comments: string;
}

const COMMENT_OR_TEXT =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/**
 * Tells code from comments. Texts are passed over, so that the slashes of a URL begin no comment; a regular expression with
 * a quote in it may hide the rest of its line, which the rules can live with.
 */
export function splitSource(text: string): SplitSource {
  const comments: string[] = [];
  const code = text.replace(COMMENT_OR_TEXT, (match) => {
    if (!match.startsWith('/*') && !match.startsWith('//')) return match;
    comments.push(match);
    return match.replaceAll(/[^\n]/g, ' ');
  });
  return { code, comments: comments.join('\n') };
}

/** The places of a pattern in a text, as `path:line`. */
export function placesOf({ path }: SourceFile, text: string, pattern: RegExp): string[] {
  return text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}`] : []));
}
