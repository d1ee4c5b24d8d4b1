/** The zone in which dates of the platform are days: that of the agencies and of the law, also for missions. */
export const CHISINAU_TIME_ZONE = 'Europe/Chisinau';

/** Whether `text` is a day that exists, as `yyyy-MM-dd`. */
export function isCivilDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** `2026-03-09` → `09.03.2026`, as people read it in all three languages; anything else → ''. */
export function formatCivilDate(civilDate: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(civilDate) ? civilDate.split('-').reverse().join('.') : '';
}

/** The day of an instant in a zone, as `yyyy-MM-dd`. */
export function toCivilDate(instant: Date, zone: string = CHISINAU_TIME_ZONE): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(instant);
}
