import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { DESK_SEGMENTS, isDeskPath } from '../src/service-worker/desk-paths.ts';

/** The paths for which the service worker opens the page. */

const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8');

test('covers the routes of the page', () => {
  const routes = [...read('../src/app.tsx').matchAll(/<Route path="([^"]+)"/g)].map(([, route = '']) => route);
  expect(routes.length).toBeGreaterThan(20);
  for (const route of routes) expect([route, isDeskPath(route)]).toEqual([route, true]);
});

test('covers the paths that the gateway serves with the page, and no others', () => {
  const gateway = read('../../gateway/src/http/desk-page.ts');
  const list = /SCREEN_ROUTES[^]*?\[([^\]]*)\]\.map/.exec(gateway)?.[1] ?? '';
  const segments = [...list.matchAll(/'\/([\w-]+)/g)].map(([, segment]) => segment);
  expect([...new Set(segments)].sort()).toEqual([...DESK_SEGMENTS].sort());
});

test.each([
  '/t',
  '/viewer',
  '/api/v1/queue',
  '/auth/mpass/start',
  '/readyz',
  '/contract/',
  '/journal/checkpoint',
  '/sw.js',
])('leaves %s to the network', (path) => expect(isDeskPath(path)).toBe(false));
