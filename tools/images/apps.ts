import { memoryFlags } from '../platform/memory.ts';

/** What becomes an image, and how every image of ours is started; `k8s/images/Dockerfile` says the same. */

export interface App {
  name: string;
  /** The file that is bundled, from the root of the repository. */
  entry: string;
  description: string;
  /** What it reads beside its bundle: files and folders of the repository, which keep their paths. */
  reads: readonly string[];
  /** Folder of a page that was built before and is served as it is; its sources.json names the files of npm in it. */
  page?: string;
  /** Folder of a site that was built before from files of our own, and is served as it is. */
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
    entry: 'tools/topics.ts',
    description: 'Creates the topics of the platform and of its agencies',
    reads: [],
  },
  {
    name: 'keys',
    entry: 'tools/keys.ts',
    description: 'Makes and changes the keys by which services know each other',
    // For the one step that asks identity first.
    reads: [PROTO],
  },
  {
    name: 'operator',
    entry: 'tools/operator.ts',
    description: 'Appoints the first supervisor',
    reads: [PROTO],
  },
];

/** The one file of a bundle, in the folder of its image. */
export const MAIN = 'main.mjs';
/** Where that folder lies in an image. */
export const APP_FOLDER = '/app';
/** Where Node lies in a distroless image, and in the base that we make ourselves. */
export const NODE = '/nodejs/bin/node';
export const USER = 10001;

/** How the container of an app is started, in the words of an OCI image configuration. */
export const runOf = (name: string, release: string) => ({
  User: `${USER}:${USER}`,
  WorkingDir: APP_FOLDER,
  // The limits of memory stand in the environment, so that a chart may set others.
  Env: ['NODE_ENV=production', `CUPS_RELEASE=${release}`, `NODE_OPTIONS=${memoryFlags(name).join(' ')}`],
  Entrypoint: [NODE, `${APP_FOLDER}/${MAIN}`],
});
