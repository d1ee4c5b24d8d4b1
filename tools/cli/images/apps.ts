import { memoryFlags } from '../../platform/memory.ts';

/** The apps that become images, and their start command; `k8s/images/Dockerfile` has the same. */

export interface App {
  name: string;
  /** Entry file of the bundle, relative to the repository root. */
  entry: string;
  description: string;
  /** Further programs of the image: entry file by the name of the bundle. */
  programs?: Readonly<Record<string, string>>;
  /** Packages with native code, which lie beside the bundle with what they need. */
  natives?: readonly string[];
  /** Files and folders that it reads besides its bundle; they keep their paths. */
  reads: readonly string[];
  /** Folder of a built page to serve; its sources.json lists its npm files. */
  page?: string;
  /** Folder of a built site to serve, without npm files. */
  site?: string;
}

const PROTO = 'proto';

export const APPS: readonly App[] = [
  {
    name: 'catalog',
    entry: 'apps/catalog/src/main.ts',
    description: 'Public services as dated data',
    reads: [PROTO],
  },
  {
    name: 'identity',
    entry: 'apps/identity/src/main.ts',
    description: 'Centres, operators and their sessions',
    reads: [PROTO],
  },
  {
    name: 'intake',
    entry: 'apps/intake/src/main.ts',
    description: 'Applications and their life',
    reads: [PROTO],
  },
  {
    name: 'documents',
    entry: 'apps/documents/src/main.ts',
    description: 'Bytes of scans and results, encrypted and checked',
    reads: [PROTO],
    natives: ['sharp'],
    programs: {
      'check-child.mjs': 'apps/documents/src/check/child/main.ts',
      'checker.mjs': 'apps/documents/src/checker.ts',
    },
  },
  {
    name: 'agency-bridge',
    entry: 'apps/agency-bridge/src/main.ts',
    description: 'Deliveries to agencies and their answers',
    reads: [PROTO],
  },
  {
    name: 'notifications',
    entry: 'apps/notifications/src/main.ts',
    description: 'Notices to the people concerned',
    reads: [PROTO],
  },
  {
    name: 'journal',
    entry: 'apps/journal/src/main.ts',
    description: 'The append-only log of reads and changes of personal data',
    reads: [PROTO],
  },
  {
    name: 'gateway',
    entry: 'apps/gateway/src/main.ts',
    description: 'The public HTTP interface',
    reads: [PROTO, 'apps/gateway/openapi.yaml'],
    page: 'apps/desk/dist',
    site: 'libs/agency-contract/dist',
  },
  {
    name: 'agency-simulator',
    entry: 'apps/agency-simulator/src/main.ts',
    description: 'A stand-in for agencies, for training and pilots',
    reads: [],
  },
  {
    name: 'topics',
    entry: 'tools/cli/topics/main.ts',
    description: 'Creates the topics of the platform and of its agencies',
    reads: [],
  },
  {
    name: 'keys',
    entry: 'tools/cli/keys/main.ts',
    description: 'Makes and changes the keys by which services know each other',
    // For the step that calls identity.
    reads: [PROTO],
  },
  {
    name: 'ops',
    entry: 'tools/cli/staff/main.ts',
    description: 'Appoints the first supervisor',
    reads: [PROTO],
  },
];

/** File name of a bundle. */
export const MAIN = 'main.mjs';
/** Path of the bundle's folder in an image. */
export const APP_FOLDER = '/app';
/** Path of Node in distroless images and in the local base. */
export const NODE = '/nodejs/bin/node';
export const USER = 10001;

/** Returns an app's start command as OCI image configuration. */
export const runOf = (name: string, release: string) => ({
  User: `${USER}:${USER}`,
  WorkingDir: APP_FOLDER,
  // Memory limits are environment variables, so that a chart can override them.
  Env: ['NODE_ENV=production', `CUPS_RELEASE=${release}`, `NODE_OPTIONS=${memoryFlags(name).join(' ')}`],
  Entrypoint: [NODE, `${APP_FOLDER}/${MAIN}`],
});
