import type { Centre } from '../api/types.ts';
import { placeKey } from './place-key.ts';

/** Places centres on the map. */

type Point = readonly [x: number, y: number];
export interface MapPin {
  centre: Centre;
  at: Point;
  /** Placed at the town of its district, because its own coordinates are unknown. */
  byDistrict: boolean;
}

/** Distance of pins that share a point, in map units. */
const PIN_SPACING = 7;

/** Returns the centres with and without coordinates. The caller excludes missions. */
export function placePins(
  centres: readonly Centre[],
  points: Readonly<Record<string, readonly number[]>>,
): { pins: MapPin[]; unplaced: Centre[] } {
  const pins: MapPin[] = [];
  const unplaced: Centre[] = [];
  for (const centre of centres) {
    const ownPoint = findPoint(points, centre.displayName);
    const at = ownPoint ?? findPoint(points, centre.district ?? '');
    if (at) pins.push({ centre, at, byDistrict: ownPoint === undefined });
    else unplaced.push(centre);
  }
  return { pins: spreadPins(pins), unplaced };
}

function findPoint(points: Readonly<Record<string, readonly number[]>>, name: string): Point | undefined {
  const [x, y] = points[placeKey(name)] ?? [];
  return x === undefined || y === undefined ? undefined : [x, y];
}

/** Spreads pins that share a point around it. */
function spreadPins(all: readonly MapPin[]): MapPin[] {
  const groups = new Map<string, MapPin[]>();
  for (const pin of all) groups.set(pin.at.join(), [...(groups.get(pin.at.join()) ?? []), pin]);
  return [...groups.values()].flatMap((group) =>
    group.map(({ centre, at, byDistrict }, i) => ({ centre, byDistrict, at: positionOnCircle(at, i, group.length) })),
  );
}

function positionOnCircle([x, y]: Point, i: number, count: number): Point {
  if (count === 1) return [x, y];
  const angle = (2 * Math.PI * i) / count;
  return [x + PIN_SPACING * Math.cos(angle), y + PIN_SPACING * Math.sin(angle)];
}
