export { agencyParser, followAgencies, reservedBecause } from './agencies.ts';
export type { Agency, Weekday } from './agencies.ts';
export { calendarParser, followCalendars } from './calendars.ts';
export type { Calendar } from './calendars.ts';
export type { RegistryParser, RegistryProblem } from './files.ts';
export { mustBeReadable } from './folder.ts';
export { watchRegistry } from './registry.ts';
export type { Registry } from './registry.ts';
export { sentenceOf, yamlParser } from './yaml.ts';
