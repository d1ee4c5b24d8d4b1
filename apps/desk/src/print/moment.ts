import { CHISINAU } from '@cups/application';
import { dayAndClock } from '../language/dates.ts';
import { zoneCity } from '../language/zones.ts';

/** `26.11.2026, 15:20`, on papers of a mission with the city whose time it is: the whole date, since papers are read later. */
export function moment(instant: string, zone: string): string {
  const when = dayAndClock(instant, zone, '');
  return zone === CHISINAU ? when : `${when} (${zoneCity(zone, 'ro')})`;
}
