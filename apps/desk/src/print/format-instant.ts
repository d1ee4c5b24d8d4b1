import { CHISINAU_TIME_ZONE } from '@cups/application';
import { formatDayAndTime } from '../language/dates.ts';
import { zoneCity } from '../language/zones.ts';

/** `26.11.2026, 15:20`, on papers of a mission with the city whose time it is: the whole date, since papers are read later. */
export function formatInstant(instant: string, zone: string): string {
  const when = formatDayAndTime(instant, zone, '');
  return zone === CHISINAU_TIME_ZONE ? when : `${when} (${zoneCity(zone, 'ro')})`;
}
