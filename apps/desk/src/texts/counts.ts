import type { Plurals } from '../language/plurals.ts';

/** Counted nouns, for `plural`. */
export const DAYS: Plurals = {
  ro: { one: 'zi', few: 'zile' },
  ru: { one: 'день', few: 'дня', many: 'дней' },
  en: { one: 'day', few: 'days' },
};

export const CALENDAR_DAYS: Plurals = {
  ro: { one: 'zi calendaristică', few: 'zile calendaristice' },
  ru: { one: 'календарный день', few: 'календарных дня', many: 'календарных дней' },
  en: { one: 'calendar day', few: 'calendar days' },
};

export const WORKING_DAYS: Plurals = {
  ro: { one: 'zi lucrătoare', few: 'zile lucrătoare' },
  ru: { one: 'рабочий день', few: 'рабочих дня', many: 'рабочих дней' },
  en: { one: 'working day', few: 'working days' },
};

export const HOURS: Plurals = {
  ro: { one: 'oră', few: 'ore' },
  ru: { one: 'час', few: 'часа', many: 'часов' },
  en: { one: 'hour', few: 'hours' },
};

export const SERVICES: Plurals = {
  ro: { one: 'serviciu', few: 'servicii' },
  ru: { one: 'услуга', few: 'услуги', many: 'услуг' },
  en: { one: 'service', few: 'services' },
};

export const PAGES: Plurals = {
  ro: { one: 'pagină', few: 'pagini' },
  ru: { one: 'страница', few: 'страницы', many: 'страниц' },
  en: { one: 'page', few: 'pages' },
};

export const SCANS: Plurals = {
  ro: { one: 'scanare', few: 'scanări' },
  ru: { one: 'скан', few: 'скана', many: 'сканов' },
  en: { one: 'scan', few: 'scans' },
};
