import { CHISINAU_TIME_ZONE } from '@cups/application';
import { formatDayAndTime } from '../language/dates.ts';
import { zoneCity } from '../language/zones.ts';

/**
 * Returns `26.11.2026, 15:20`, and at a mission the city of the zone. Always with the year, because printouts are
 * read later.
 */
export function formatInstant(instant: string, zone: string): string {
  const when = formatDayAndTime(instant, zone, '');
  return zone === CHISINAU_TIME_ZONE ? when : `${when} (${zoneCity(zone, 'ro')})`;
}
