import { defineConfig } from 'vite';

// biome-ignore lint/style/noDefaultExport: the form that Vite reads
export default defineConfig({
  base: '/dashboard/',
  build: {
    outDir: '../../../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // One style sheet and no injected polyfill: the policy allows no inline code.
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
