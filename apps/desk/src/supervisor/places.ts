import type { Centre } from '../api/types.ts';
import { placeKey } from './place-key.ts';

/** Where on the map each centre is, as far as it is known. */

type Point = readonly [x: number, y: number];
export interface Placed {
  centre: Centre;
  at: Point;
  /** At the town of its district, because its own place is not known. */
  byDistrict: boolean;
}

/** How far from their point those stand that share it, in units of the map. */
const APART = 7;

/** The centres in the country that have a point, and those that have none. Missions are elsewhere. */
export function placed(
  centres: readonly Centre[],
  points: Readonly<Record<string, readonly number[]>>,
): { placed: Placed[]; nowhere: Centre[] } {
  const found: Placed[] = [];
  const nowhere: Centre[] = [];
  for (const centre of centres) {
    const own = pointOf(points, centre.displayName);
    const at = own ?? pointOf(points, centre.district ?? '');
    if (at) found.push({ centre, at, byDistrict: own === undefined });
    else nowhere.push(centre);
  }
  return { placed: apart(found), nowhere };
}

function pointOf(points: Readonly<Record<string, readonly number[]>>, name: string): Point | undefined {
  const [x, y] = points[placeKey(name)] ?? [];
  return x === undefined || y === undefined ? undefined : [x, y];
}

/** Those that share a point stand around it, so that each is seen. */
function apart(all: readonly Placed[]): Placed[] {
  const groups = new Map<string, Placed[]>();
  for (const one of all) groups.set(one.at.join(), [...(groups.get(one.at.join()) ?? []), one]);
  return [...groups.values()].flatMap((group) =>
    group.map(({ centre, at, byDistrict }, i) => ({ centre, byDistrict, at: around(at, i, group.length) })),
  );
}

function around([x, y]: Point, i: number, count: number): Point {
  if (count === 1) return [x, y];
  const angle = (2 * Math.PI * i) / count;
  return [x + APART * Math.cos(angle), y + APART * Math.sin(angle)];
}
