export { createAgencyParser, watchAgencies, reservedCodeReason } from './agencies.ts';
export type { Agency, Weekday } from './agencies.ts';
export { createCalendarParser, watchCalendars } from './calendars.ts';
export type { Calendar } from './calendars.ts';
export type { RegistryParser, RegistryProblem } from './files.ts';
export { assertReadable } from './folder.ts';
export { watchRegistry } from './registry.ts';
export type { Registry } from './registry.ts';
export { formatSchemaErrors, createYamlParser } from './yaml.ts';
