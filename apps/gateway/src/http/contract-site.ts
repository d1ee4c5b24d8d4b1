import { extname, join } from 'node:path';
import type { Request } from 'express';
import { PERMISSIONS_POLICY, readIfExists } from './desk-page.ts';
import type { FileResponse } from './desk-page.ts';
import { etagOfBytes, matchesEtag } from './conditional-responses.ts';

/** Serves the built site and files of the agency contract unchanged. */

/** The site is text and one stylesheet: no scripts and no external resources. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  ...['style-src', 'img-src'].map((directive) => `${directive} 'self'`),
  ...['form-action', 'base-uri', 'frame-ancestors'].map((directive) => `${directive} 'none'`),
  "require-trusted-types-for 'script'",
].join('; ');

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/schema+json; charset=utf-8',
  '.sha256': 'text/plain; charset=utf-8',
  '.yaml': 'application/yaml; charset=utf-8',
  '.zip': 'application/zip',
};

/** Path segments start with a letter or a digit, so no path leaves the folder. */
const SAFE_PATH = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/;

const NOT_BUILT_PAGE = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Agency contract</title></head>
  <body>
    <h1>The site of the agency contract is not built</h1>
    <p>In a checkout, <code>npm run build</code> makes it; elsewhere CONTRACT_DIR names the folder that holds it.</p>
  </body>
</html>
`;

/**
 * Reads each file at each request, so that a new build is served immediately.
 * @param dir output of `tools/generate/contract/contract-site.ts`; it may be missing
 */
export function createContractSite(dir: string) {
  return {
    /** The trailing slash keeps the site's relative links short. */
    home: { status: 308, headers: { Location: '/contract/', 'Cache-Control': 'no-cache' } } satisfies FileResponse,

    /**
     * Returns a page or a file; '' is the home page. Returns 503 with instructions when the site is not built.
     * @param path relative to the folder of the site
     */
    async file(path: string, req: Request): Promise<FileResponse | undefined> {
      const name = path === '' ? 'index.html' : path;
      const media = MEDIA_TYPES[extname(name)];
      const bytes = media !== undefined && SAFE_PATH.test(name) ? await readIfExists(join(dir, name)) : undefined;
      if (media === undefined || bytes === undefined) return name === 'index.html' ? notBuiltResponse() : undefined;
      const headers = buildHeaders(media);
      if (name.endsWith('.zip')) headers['Content-Disposition'] = `attachment; filename="${name}"`;
      headers['ETag'] = etagOfBytes(bytes);
      return matchesEtag(req, headers['ETag']) ? { status: 304, headers } : { status: 200, headers, bytes };
    },
  };
}

export type ContractSite = ReturnType<typeof createContractSite>;

const notBuiltResponse = (): FileResponse => ({
  status: 503,
  headers: buildHeaders(MEDIA_TYPES['.html']!),
  bytes: Buffer.from(NOT_BUILT_PAGE),
});

function buildHeaders(media: string): Record<string, string> {
  return {
    'Content-Type': media,
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Permissions-Policy': PERMISSIONS_POLICY,
  };
}
