/**
 * First segments of the paths of the desk's screens. The routes of app.tsx and of the gateway have the same; a test
 * compares them.
 */
export const DESK_SEGMENTS: readonly string[] = [
  'applications',
  'centres',
  'collections',
  'copies',
  'data-ends',
  'deliveries',
  'find',
  'holds',
  'undecided-agencies',
  'mandates',
  'quarantine',
  'team',
  'to-send',
  'visits',
  'workload',
];

/** Whether a path is a screen of the desk: neither the tracking page nor the viewer, an API or a site. */
export function isDeskPath(path: string): boolean {
  const [, first = ''] = path.split('/');
  return path === '/' || DESK_SEGMENTS.includes(first);
}
