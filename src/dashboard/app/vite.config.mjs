import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const FIRST_REQUEST = fileURLToPath(new URL('./views/explore/first-request.ts', import.meta.url));

/** Puts the script that asks for the first data in front of all others, which it doesn't wait for. */
const firstRequest = {
  name: 'first-request',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const chunk = Object.values(bundle ?? {}).find((each) => each.facadeModuleId === FIRST_REQUEST);
      const attrs = { type: 'module', async: true, crossorigin: true, src: `/dashboard/${chunk?.fileName}` };
      return [{ tag: 'script', attrs, injectTo: 'head-prepend' }];
    },
  },
};

// biome-ignore lint/style/noDefaultExport: the form that Vite reads
export default defineConfig({
  base: '/dashboard/',
  plugins: [firstRequest],
  build: {
    outDir: '../../../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // One style sheet and no injected polyfill: the policy allows no inline code.
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // The licences of what is bundled go with it into the package.
    license: { fileName: 'third-party-licenses.md' },
    rolldownOptions: {
      input: { index: fileURLToPath(new URL('./index.html', import.meta.url)), first: FIRST_REQUEST },
    },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
