import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';

/** The oldest browsers that the desk is for: Chrome 109 is the last on Windows 7. */
const BROWSERS = ['chrome109', 'firefox115', 'safari16'];

export default defineConfig({
  plugins: [react()],
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    // The Content-Security-Policy of the gateway takes files of its own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index.html', 't.html'] },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
