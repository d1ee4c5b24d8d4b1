import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Request } from 'express';
import { etagOfText, matchesEtag } from './conditional-responses.ts';
import { WITHDRAWN_WORKER } from './withdrawn-worker.ts';

/** Serves the built files of the desk page unchanged. */

/** The HTML document for each path. The page itself routes what follows `/applications/` and the like. */
export const SCREEN_ROUTES: readonly [path: string, document: string][] = [
  ...[
    '/',
    '/applications/*rest',
    '/collections',
    '/collections/*rest',
    '/visits/*rest',
    '/find',
    '/copies',
    '/mandates',
    '/mandates/*rest',
    '/centres',
    '/holds',
    '/holds/*rest',
    '/undecided-agencies',
    '/data-ends',
    '/data-ends/*rest',
    '/quarantine',
    '/team',
    '/team/*rest',
    '/deliveries/*rest',
    '/to-send',
    '/workload',
  ].map((path): [string, string] => [path, 'index.html']),
  ['/t', 't.html'],
  ['/viewer', 'viewer.html'],
];

/** Other spellings of a path, as people type it: with a slash at its end, and the address on a receipt in capitals. */
export const MISTYPED_ROUTES: readonly [path: string, typed: string][] = [
  ...SCREEN_ROUTES.map(([path]) => path)
    .filter((path) => path !== '/' && !path.includes('*'))
    .map((path): [string, string] => [path, `${path}/`]),
  ['/t', '/T'],
  ['/t', '/T/'],
];

/** Leads to the right spelling of a path, with the same query. */
export function redirectTo(path: string, { url }: Pick<Request, 'url'>): FileResponse {
  const query = url.indexOf('?');
  return {
    status: 308,
    headers: { Location: query < 0 ? path : path + url.slice(query), 'Cache-Control': 'no-cache' },
  };
}

export interface FileResponse {
  status: number;
  headers: Record<string, string>;
  bytes?: Buffer;
}

/**
 * Allows scripts and styles from own files only, and no `eval`. React sets single style properties, which needs no
 * `unsafe-inline`.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'font-src', 'connect-src'].map((directive) => `${directive} 'self'`),
  "img-src 'self' data:",
  ...['form-action', 'base-uri', 'frame-ancestors'].map((directive) => `${directive} 'none'`),
  "require-trusted-types-for 'script'",
].join('; ');

/**
 * The desk shows pages before their upload, embeds the viewer, and starts its service worker, for whose URL it has the
 * only Trusted Types policy.
 */
const DESK_SECURITY_POLICY = [
  CONTENT_SECURITY_POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob:; frame-src 'self'"),
  "manifest-src 'self'",
  "worker-src 'self'",
  'trusted-types cups-service-worker',
].join('; ');

/** The service worker reads files of this server, and loads no further script. */
const WORKER_SECURITY_POLICY = "default-src 'none'; connect-src 'self'; require-trusted-types-for 'script'";

/**
 * The viewer draws files of strangers. It has an origin of its own, so it reaches neither the session nor the page
 * around it, and it opens no connection: it receives the bytes as a message.
 */
const VIEWER_SECURITY_POLICY = [
  'sandbox allow-scripts allow-modals',
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src blob: data:',
  'font-src data:',
  "frame-ancestors 'self'",
  ...['form-action', 'base-uri'].map((directive) => `${directive} 'none'`),
].join('; ');

const DEVICE_FEATURES = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb'];

/** Denies device features to a page, apart from those that it uses. */
function permissionsPolicy(...used: string[]): string {
  return DEVICE_FEATURES.map((feature) => `${feature}=(${used.includes(feature) ? 'self' : ''})`).join(', ');
}

export const PERMISSIONS_POLICY = permissionsPolicy();

/** Policies of an HTML document; the default is the strictest. */
const DOCUMENT_POLICIES: Readonly<Record<string, { content: string; permissions: string }>> = {
  'index.html': { content: DESK_SECURITY_POLICY, permissions: permissionsPolicy('camera') },
  'viewer.html': { content: VIEWER_SECURITY_POLICY, permissions: PERMISSIONS_POLICY },
};

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};

/** Encodings that the build produces, best first, with their file extensions. */
const ENCODINGS: readonly [encoding: string, ending: string][] = [
  ['br', '.br'],
  ['gzip', '.gz'],
];

const NOT_BUILT_PAGE = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>CUPS</title></head>
  <body>
    <h1>The page of the desk is not built</h1>
    <p>The interface for programs serves: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
    <p>In a checkout, <code>npm run build</code> makes the page; elsewhere DESK_DIR names the folder that holds it.</p>
  </body>
</html>
`;

interface DeskPageOptions {
  /** Output of `vite build`. */
  dir: string;
  /** Whether browsers store the page, or remove what they stored. */
  serviceWorker: 'enabled' | 'withdrawn';
}

/** Reads each file at each request, so that a new build is served immediately. */
export function createDeskPage({ dir, serviceWorker }: DeskPageOptions) {
  return {
    /** Returns an HTML document, or 503 with instructions when the page is not built. */
    async document(name: string, req: Request): Promise<FileResponse> {
      const html = await readIfExists(join(dir, name));
      const headers = buildDocumentHeaders(name);
      if (html === undefined) return { status: 503, headers, bytes: Buffer.from(NOT_BUILT_PAGE) };
      headers['ETag'] = etagOfText(html.toString());
      if (matchesEtag(req, headers['ETag'])) return { status: 304, headers };
      return negotiateEncoding(join(dir, name), html, req, headers);
    },

    /** Returns the service worker. Browsers compare it with theirs at each check. */
    async worker(req: Request): Promise<FileResponse | undefined> {
      const file = join(dir, 'sw.js');
      const isEnabled = serviceWorker === 'enabled';
      const script = isEnabled ? await readIfExists(file) : Buffer.from(WITHDRAWN_WORKER);
      if (script === undefined) return undefined;
      const headers: Record<string, string> = {
        'Content-Type': MEDIA_TYPES['.js']!,
        'Cache-Control': 'no-cache',
        'Content-Security-Policy': WORKER_SECURITY_POLICY,
        ETag: etagOfText(script.toString()),
      };
      if (matchesEtag(req, headers['ETag']!)) return { status: 304, headers };
      return isEnabled ? negotiateEncoding(file, script, req, headers) : { status: 200, headers, bytes: script };
    },

    /** Returns an asset. Its name contains its hash, so clients may cache it for good. */
    async asset(name: string, req: Request): Promise<FileResponse | undefined> {
      const media = MEDIA_TYPES[extname(name)];
      const file = join(dir, 'assets', name);
      const bytes = media !== undefined && /^[\w.-]+$/.test(name) ? await readIfExists(file) : undefined;
      if (media === undefined || bytes === undefined) return undefined;
      const headers = {
        'Content-Type': media,
        'Cache-Control': 'public, max-age=31536000, immutable',
        // The viewer has an opaque origin. Assets are the same for everybody.
        'Access-Control-Allow-Origin': '*',
      };
      return negotiateEncoding(file, bytes, req, headers);
    },
  };
}

export type DeskPage = ReturnType<typeof createDeskPage>;

function buildDocumentHeaders(name: string): Record<string, string> {
  const { content, permissions } = DOCUMENT_POLICIES[name] ?? {
    content: CONTENT_SECURITY_POLICY,
    permissions: PERMISSIONS_POLICY,
  };
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': content,
    'Permissions-Policy': permissions,
  };
}

/** Returns the file in the best encoding that exists and the client accepts. */
async function negotiateEncoding(
  file: string,
  bytes: Buffer,
  req: Request,
  headers: Record<string, string>,
): Promise<FileResponse> {
  headers['Vary'] = 'Accept-Encoding';
  for (const [encoding, ending] of ENCODINGS) {
    const encoded = req.acceptsEncodings(encoding) ? await readIfExists(file + ending) : undefined;
    if (!encoded) continue;
    headers['Content-Encoding'] = encoding;
    return { status: 200, headers, bytes: encoded };
  }
  return { status: 200, headers, bytes };
}

const MISSING_FILE_CODES = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'];

/** Returns the content of a file, or undefined when it does not exist. */
export async function readIfExists(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (MISSING_FILE_CODES.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
