/** The zone of civil dates: that of the agencies and the law, also for missions abroad. */
export const CHISINAU_TIME_ZONE = 'Europe/Chisinau';

/** Returns whether `text` is an existing date, as `yyyy-MM-dd`. */
export function isCivilDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Formats a date for display in all three languages: `2026-03-09` gives `09.03.2026`; other text gives ''. */
export function formatCivilDate(civilDate: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(civilDate) ? civilDate.split('-').reverse().join('.') : '';
}

/** Returns the date at an instant in a zone, as `yyyy-MM-dd`. */
export function toCivilDate(instant: Date, zone: string = CHISINAU_TIME_ZONE): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(instant);
}
