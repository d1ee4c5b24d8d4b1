import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BuildOptions } from 'esbuild';

/**
 * Bundles a program with its packages into one module, for images and local processes. It starts with half the processor time
 * and a third less memory than its sources (docs/reports/benchmarks.md).
 */

/** Optional dependencies of drivers, mostly native. Bundles exclude them. */
export const OPTIONAL_PACKAGES = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
];

/** Packages with native code, and with them what they load: bundles import them from node_modules. */
const NATIVE_PACKAGES = ['sharp'];

/** Options of esbuild for a module that Node 24 runs without packages. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  external: [...OPTIONAL_PACKAGES, ...NATIVE_PACKAGES],
  legalComments: 'none',
  logLevel: 'error',
  // CommonJS packages call a require of their own. Packages import createRequire too, so that its name here is another.
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
  },
} satisfies BuildOptions;

/** Programs beside the services, by the name of their bundle: documents opens each file in a process of its own. */
export const PROGRAMS: Readonly<Record<string, string>> = { 'check-child': 'apps/documents/src/check/child/main.ts' };

/** Returns the bundle of a service for local processes. */
export const bundlePath = (root: string, service: string): string => join(root, '.cups', 'bundles', `${service}.mjs`);

/** Returns the source file with which a service starts. */
export const sourcePath = (root: string, service: string): string => join(root, 'apps', service, 'src', 'main.ts');

/**
 * Bundles all services in a process of its own, since esbuild keeps its memory for the next call.
 * @throws Error, one sentence
 */
export async function bundleServices(root: string, signal?: AbortSignal): Promise<void> {
  const program = join(import.meta.dirname, 'bundle-services.ts');
  const words = ['--disable-warning=ExperimentalWarning', program, root];
  try {
    await promisify(execFile)(join(root, 'node_modules', '.bin', 'node'), words, { signal });
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    throw new Error(`The services cannot be bundled: ${stderr.trim() || (cause as Error).message}`, { cause });
  }
}
