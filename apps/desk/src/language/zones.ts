import type { Language } from '@cups/application';
import type { Text } from '@cups/application/texts';

/** Cities of the time zones in which Moldova has missions. */
const CITIES: Record<string, Text> = {
  'America/Los_Angeles': { ro: 'Los Angeles', ru: 'Лос-Анджелес', en: 'Los Angeles' },
  'America/New_York': { ro: 'New York', ru: 'Нью-Йорк', en: 'New York' },
  'America/Toronto': { ro: 'Toronto', ru: 'Торонто', en: 'Toronto' },
  'Asia/Baku': { ro: 'Baku', ru: 'Баку', en: 'Baku' },
  'Asia/Dubai': { ro: 'Dubai', ru: 'Дубай', en: 'Dubai' },
  'Asia/Jerusalem': { ro: 'Ierusalim', ru: 'Иерусалим', en: 'Jerusalem' },
  'Asia/Shanghai': { ro: 'Shanghai', ru: 'Шанхай', en: 'Shanghai' },
  'Asia/Tokyo': { ro: 'Tokyo', ru: 'Токио', en: 'Tokyo' },
  'Australia/Sydney': { ro: 'Sydney', ru: 'Сидней', en: 'Sydney' },
  'Europe/Athens': { ro: 'Atena', ru: 'Афины', en: 'Athens' },
  'Europe/Berlin': { ro: 'Berlin', ru: 'Берлин', en: 'Berlin' },
  'Europe/Brussels': { ro: 'Bruxelles', ru: 'Брюссель', en: 'Brussels' },
  'Europe/Bucharest': { ro: 'București', ru: 'Бухарест', en: 'Bucharest' },
  'Europe/Chisinau': { ro: 'Chișinău', ru: 'Кишинёв', en: 'Chisinau' },
  'Europe/Dublin': { ro: 'Dublin', ru: 'Дублин', en: 'Dublin' },
  'Europe/Istanbul': { ro: 'Istanbul', ru: 'Стамбул', en: 'Istanbul' },
  'Europe/Kyiv': { ro: 'Kiev', ru: 'Киев', en: 'Kyiv' },
  'Europe/Lisbon': { ro: 'Lisabona', ru: 'Лиссабон', en: 'Lisbon' },
  'Europe/London': { ro: 'Londra', ru: 'Лондон', en: 'London' },
  'Europe/Madrid': { ro: 'Madrid', ru: 'Мадрид', en: 'Madrid' },
  'Europe/Moscow': { ro: 'Moscova', ru: 'Москва', en: 'Moscow' },
  'Europe/Paris': { ro: 'Paris', ru: 'Париж', en: 'Paris' },
  'Europe/Prague': { ro: 'Praga', ru: 'Прага', en: 'Prague' },
  'Europe/Rome': { ro: 'Roma', ru: 'Рим', en: 'Rome' },
  'Europe/Vienna': { ro: 'Viena', ru: 'Вена', en: 'Vienna' },
  'Europe/Warsaw': { ro: 'Varșovia', ru: 'Варшава', en: 'Warsaw' },
};

/** Returns the city of a time zone in a language, else its name in the tz database. */
export function zoneCity(zone: string, language: Language): string {
  return CITIES[zone]?.[language] ?? zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
}
