import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { rejectReasons } from '../../protocol/index.js';
import { ERROR_KINDS } from '../../src/errors.js';
import { filesBelow, lineCount, placesOf, type SourceFile, splitSource } from './source-files.js';

/** Folders whose code imports nothing but itself: no Node, no package, no clock, no randomness. */
const LEAVES = ['native-free-core', 'protocol'];
const leaves = LEAVES.flatMap((leaf) => filesBelow(leaf, '.ts'));
const src = filesBelow('src', '.ts');
const product = [...leaves, ...src];
const everything = [...product, ...filesBelow('bench', '.ts'), ...filesBelow('test', '.ts')];
const docs = filesBelow('docs', '.md');

/** Files that break a rule for a reason. The path is the key, the reason the value. */
type Exceptions = Readonly<Record<string, string>>;

const FILE_LINES_MAX = 300;
/** Even with a reason. */
const FILE_LINES_LIMIT = 450;

const LONG_FILES: Exceptions = {
  'native-free-core/head/head-writer.ts': 'one hot loop and the state that it keeps in locals',
  'native-free-core/histogram/paged-histogram.ts': 'one class whose hot path and copy share an essay',
};

const CLOCK_READERS: Exceptions = {
  'src/clock.ts': 'the one place',
  'src/dashboard/app/clock.ts': 'the same in the page of the dashboard',
  'src/client/node.ts': "the producer client's own host: no engine is around it",
  'protocol/client/index.ts': "the same in a browser, through the page's globals",
  'src/http/docs-page/browser/reply-view.ts': 'a page in a browser: it times its own requests',
  'src/cli/generate/http-target.ts': 'a client too: it times its own requests',
};

const RANDOM_SOURCES: Exceptions = {
  'src/client/node.ts': "the producer client's own host: it spreads reconnects",
  'protocol/client/index.ts': 'the same in a browser',
  'src/store/folder.ts': 'the key of the series hash, once in the life of a folder',
  'src/engine.ts': 'the session, which tells runs of the process apart',
};

const BARRELS: Exceptions = {
  'protocol/index.ts': 'the leaf',
  'protocol/client/index.ts': 'what the package exports as millrace/client in a browser',
  'src/client/node.ts': 'what the package exports as millrace/client in Node',
};

/** Files of others that our text names. */
const FOREIGN_FILES: Exceptions = {
  'spec.md': 'of MessagePack',
};

/** Layouts that need no page. */
const LAYOUTS_ELSEWHERE: Exceptions = {
  'msgpack-layout.ts': 'MessagePack has a specification of its own',
};

/** That no place is left over; the text lists all of them. */
function checkNone(places: string[], rule: string): void {
  assert.deepEqual(places, [], rule);
}

/** The places of a pattern in the code, comments apart, of files that are no exception. */
function inCode(files: readonly SourceFile[], pattern: RegExp, exceptions: Exceptions = {}): string[] {
  return files
    .filter(({ path }) => !(path in exceptions))
    .flatMap((file) => placesOf(file, splitSource(file.text).code, pattern));
}

test('the leaves import nothing but files of their own', () => {
  const foreign = leaves.flatMap(({ path, text }) => {
    const leaf = path.split('/')[0]!;
    const imports = [...splitSource(text).code.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)];
    return imports
      .map(([, name]) => name!)
      .filter((name) => !name.startsWith('.') || !join(dirname(path), name).startsWith(`${leaf}/`))
      .map((name) => `${path} imports ${name}`);
  });
  checkNone(foreign, 'a leaf imports something from outside');
});

test('src imports no file of bench or test, and these are imported by nobody but themselves', () => {
  const foreign = product.flatMap(({ path, text }) =>
    [...splitSource(text).code.matchAll(/\bfrom\s+'(\.[^']+)'/g)]
      .map(([, name]) => join(dirname(path), name!))
      .filter((target) => /^(bench|test)\//.test(target))
      .map((target) => `${path} imports ${target}`),
  );
  checkNone(foreign, 'the product imports a test or a bench');
});

test('one file reads the clock', () => {
  const pattern = /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.|\bprocess\.(hrtime|uptime)\b/;
  checkNone(inCode(product, pattern, CLOCK_READERS), 'time is an argument: take a Clock');
});

test('randomness comes from few places, each known', () => {
  const pattern = /\bMath\.random\b|\brandom(Bytes|Int|UUID|FillSync)\b|\bgetRandomValues\b/;
  checkNone(inCode(product, pattern, RANDOM_SOURCES), 'randomness is an argument');
});

test('files export names, no defaults and no enums', () => {
  checkNone(inCode(everything, /^\s*export default\b/), 'a default export');
  checkNone(inCode(everything, /^\s*(export )?(declare )?(const )?enum\b/), 'an enum');
});

test('only the index of a leaf passes on what other files export', () => {
  const passing = everything
    .filter(({ path }) => !(path in BARRELS))
    .filter(({ text }) => /^export\s+(type\s+)?(\*|\{[^}]*\})\s*from\s+'\./m.test(splitSource(text).code));
  const indexes = everything.filter(({ path }) => basename(path) === 'index.ts' && !(path in BARRELS));
  checkNone(
    [...passing, ...indexes].map(({ path }) => path),
    'a barrel file',
  );
});

test('files and folders have names in kebab-case', () => {
  const odd = [...everything, ...docs].filter(({ path }) =>
    path.split('/').some((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/.test(part)),
  );
  checkNone(
    odd.map(({ path }) => path),
    'a name that is not kebab-case',
  );
});

test('a file of the product has at most 300 lines, unless there is a reason', () => {
  const long = product.filter(
    ({ path, text }) => lineCount(text) > (path in LONG_FILES ? FILE_LINES_LIMIT : FILE_LINES_MAX),
  );
  checkNone(
    long.map(({ path, text }) => `${path}: ${lineCount(text)} lines`),
    'a file is too long: one noun a file',
  );
  const short = product.filter(({ path, text }) => path in LONG_FILES && lineCount(text) <= FILE_LINES_MAX);
  checkNone(
    short.map(({ path }) => path),
    'an exception for a file that needs none',
  );
});

test('exceptions name files that exist', () => {
  const known = new Set(everything.map(({ path }) => path));
  const named = [LONG_FILES, CLOCK_READERS, RANDOM_SOURCES, BARRELS].flatMap((list) => Object.keys(list));
  checkNone(
    named.filter((path) => !known.has(path)),
    'an exception for a file that is gone',
  );
});

test('nothing is left to do in the code or the documents', () => {
  // Put together, so that this file does not find itself.
  const pattern = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
  checkNone(
    [...everything, ...docs].flatMap((file) => placesOf(file, file.text, pattern)),
    'what is to be done stands elsewhere',
  );
});

test('every bound says its unit and the reason for its value, alone or with those that it stands with', () => {
  const bare = product
    .filter(({ path }) => basename(path) === 'limits.ts')
    .flatMap(({ path, text }) =>
      // Constants without a blank line between them share what stands above the first.
      text
        .split(/\n{2,}/)
        .filter((group) => /^export const \w+/m.test(group))
        .filter((group) => !/^(\/\*\*|.*\n\s*\/\/)/.test(group))
        .map((group) => `${path}: ${/export const (\w+)/.exec(group)![1]}`),
    );
  checkNone(bare, 'a bound without a comment');
});

test('bytes are described once: no numeric offset goes into a DataView outside of the layouts', () => {
  const pattern = /\.[gs]et(Uint|Int|Float|BigInt|BigUint)\d+\(\s*[1-9]\d*\s*[,)]/;
  const places = inCode(
    product.filter(({ path }) => !path.endsWith('-layout.ts')),
    pattern,
  );
  checkNone(places, 'an offset that belongs into a layout file');
});

test('every layout is described on a page of docs/formats or in docs/protocol.md', () => {
  const pages = docs
    .filter(({ path }) => path.startsWith('docs/formats/') || path === 'docs/protocol.md')
    .map(({ text }) => text)
    .join('\n');
  const layouts = product.map(({ path }) => basename(path)).filter((name) => name.endsWith('-layout.ts'));
  checkNone(
    layouts.filter((name) => !(name in LAYOUTS_ELSEWHERE) && !pages.includes(name)),
    'a layout that no page names',
  );
});

/** The names of files in a text that are none of ours. */
function missingFiles({ path }: SourceFile, text: string): string[] {
  const named = [...text.matchAll(/(?<![\w.*{-])(?:[\w.-]+\/)*([a-z][\w.-]*\.(?:ts|md))\b/g)].map(
    ([, name]) => name!,
  );
  const missing = named.filter((name) => !fileNames.has(name) && !(name in FOREIGN_FILES));
  return [...new Set(missing)].map((name) => `${path} names ${name}`);
}

const fileNames = new Set(
  [...everything.map(({ path }) => path), ...docs.map(({ path }) => path), 'README.md', 'CHANGELOG.md'].map(
    (path) => basename(path),
  ),
);

test('comments name files that exist', () => {
  const places = product.flatMap((file) => missingFiles(file, splitSource(file.text).comments));
  checkNone(places, 'a file that is not there');
});

test('documents name files that exist', () => {
  const places = docs.flatMap((file) => missingFiles(file, file.text));
  checkNone(places, 'a file that is not there');
});

test('every reject reason and every error code has a line in docs/errors.md, and none is there that is gone', () => {
  const text = docs.find(({ path }) => path === 'docs/errors.md')?.text ?? '';
  const first = [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!);
  const known = [...rejectReasons.slice(1), ...Object.keys(ERROR_KINDS)];
  checkNone(
    known.filter((name) => !first.includes(name)),
    'docs/errors.md lacks',
  );
  checkNone(
    first.filter((name) => !known.includes(name)),
    'docs/errors.md has what is gone',
  );
});
