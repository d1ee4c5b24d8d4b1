import type { Text } from '@cups/application/texts';
import type { Centre } from '../api/types.ts';
import { defineMessages } from '../language/messages.ts';

/** Counts and durations of all centres. */
export const SUPERVISOR = defineMessages({
  title: { ro: 'Centrele', ru: 'Центры', en: 'Centres' },
  lead: {
    ro: 'Numere și timpi, fără date despre persoane. Instruirile nu se numără.',
    ru: 'Количество и сроки, без данных о людях. Учебные заявления не считаются.',
    en: 'Counts and times, without personal data. Training is not counted.',
  },
  period: { ro: 'Perioada depunerii', ru: 'Период подачи', en: 'Filed in' },
  month: { ro: 'luna aceasta', ru: 'этот месяц', en: 'this month' },
  days30: { ro: 'ultimele 30 de zile', ru: 'последние 30 дней', en: 'the last 30 days' },
  year: { ro: 'anul acesta', ru: 'этот год', en: 'this year' },
  other: { ro: 'altă perioadă', ru: 'другой период', en: 'another period' },
  from: { ro: 'De la', ru: 'С', en: 'From' },
  to: { ro: 'Până la', ru: 'По', en: 'To' },
  wrongPeriod: {
    ro: 'Alegeți două zile în ordine, la cel mult un an una de alta.',
    ru: 'Выберите два дня по порядку, не дальше года друг от друга.',
    en: 'Choose two dates in order, at most a year apart.',
  },
  by: { ro: 'Numără după', ru: 'Считать по', en: 'Count by' },
  byCentre: { ro: 'Centre', ru: 'Центры', en: 'Centres' },
  byService: { ro: 'Servicii', ru: 'Услуги', en: 'Services' },
  byAgency: { ro: 'Instituții', ru: 'Учреждения', en: 'Agencies' },
  csv: { ro: 'Descarcă tabelul (CSV)', ru: 'Скачать таблицу (CSV)', en: 'Download the table (CSV)' },
  nothing: {
    ro: 'În această perioadă nu s-a depus nimic.',
    ru: 'За этот период ничего не подано.',
    en: 'Nothing was filed in this period.',
  },

  name: { ro: 'Denumirea', ru: 'Название', en: 'Name' },
  status: { ro: 'Starea', ru: 'Состояние', en: 'Status' },
  wave: { ro: 'Valul', ru: 'Волна', en: 'Wave' },
  filed: { ro: 'Depuse', ru: 'Подано', en: 'Filed' },
  open: { ro: 'Deschise', ru: 'Открыто', en: 'Open' },
  overdue: { ro: 'Peste termen', ru: 'Просрочено', en: 'Overdue' },
  desk: { ro: 'La ghișeu', ru: 'В центре', en: 'At the desk' },
  agency: { ro: 'La instituție', ru: 'В учреждении', en: 'With the agency' },
  citizen: { ro: 'La solicitant', ru: 'У заявителя', en: 'With the applicant' },
  met: { ro: 'Nevoia împlinită', ru: 'Результат подошёл', en: 'Need met' },
  notMet: { ro: '{n} nu', ru: '{n} нет', en: '{n} not' },
  median: {
    ro: 'Timpii sunt mediane: jumătate din cereri au durat mai puțin.',
    ru: 'Время — медиана: половина заявлений заняла меньше.',
    en: 'Times are medians: half of the applications took less.',
  },
  showPlanned: {
    ro: 'Arată și centrele planificate',
    ru: 'Показать и запланированные',
    en: 'Show planned centres too',
  },

  map: { ro: 'Harta centrelor', ru: 'Карта центров', en: 'Map of the centres' },
  mapHere: { ro: 'în localitate', ru: 'в населённом пункте', en: 'exact location' },
  mapDistrict: { ro: 'la orașul raionului', ru: 'в центре района', en: 'town of the district' },
  mapOverdue: { ro: 'cu cereri peste termen', ru: 'есть просроченные', en: 'with overdue applications' },
  noPlace: { ro: 'Fără loc cunoscut: {n}', ru: 'Место неизвестно: {n}', en: 'Location unknown: {n}' },
  missions: { ro: 'Misiuni', ru: 'Миссии', en: 'Missions' },
  noCountry: { ro: 'țara nu este indicată', ru: 'страна не указана', en: 'country not stated' },
  now: { ro: 'acum {time}', ru: 'сейчас {time}', en: 'now {time}' },

  waves: { ro: 'Valuri', ru: 'Волны', en: 'Waves' },
  centres: { ro: 'Centre', ru: 'Центры', en: 'Centres' },

  silent: { ro: 'Instituții care tac', ru: 'Молчащие учреждения', en: 'Unresponsive agencies' },
  silentNone: {
    ro: 'Nicio instituție nu tace: toate au confirmat ce li s-a trimis.',
    ru: 'Молчащих учреждений нет: все подтвердили получение.',
    en: 'No unresponsive agencies: all deliveries are acknowledged.',
  },
  unconfirmed: { ro: 'Neconfirmate', ru: 'Без подтверждения', en: 'Unacknowledged' },
  oldest: { ro: 'Cea mai veche', ru: 'Самое давнее', en: 'Oldest' },
  unsent: { ro: 'De trimis', ru: 'Ждут отправки', en: 'Pending' },
  failed: { ro: 'Netrimise', ru: 'Не отправлены', en: 'Failed' },
  refused: { ro: 'Mesaje neînțelese', ru: 'Непонятые сообщения', en: 'Invalid messages' },

  uncollected: { ro: 'Rezultate neridicate', ru: 'Невостребованные результаты', en: 'Uncollected results' },
  uncollectedNone: {
    ro: 'Niciun rezultat nu a depășit termenul de ridicare.',
    ru: 'Нет результатов, которые не забрали в срок.',
    en: 'No result is overdue for collection.',
  },
  application: { ro: 'Cererea', ru: 'Заявление', en: 'Application' },
  centre: { ro: 'Centrul', ru: 'Центр', en: 'Centre' },
  decidedBy: { ro: 'Instituția', ru: 'Учреждение', en: 'Agency' },
  days: { ro: 'Zile', ru: 'Дней', en: 'Days' },

  underMinute: { ro: 'sub 1 min', ru: 'до 1 мин', en: 'under 1 min' },
  minutes: { ro: '{n} min', ru: '{n} мин', en: '{n} min' },
  hours: { ro: '{h} h {m} min', ru: '{h} ч {m} мин', en: '{h} h {m} min' },
});

export const CENTRE_STATUS_TEXTS: Record<Centre['status'], Text> = {
  active: { ro: 'lucrează', ru: 'работает', en: 'active' },
  training: { ro: 'în instruire', ru: 'обучение', en: 'in training' },
  paused: { ro: 'oprit', ru: 'приостановлен', en: 'paused' },
  planned: { ro: 'planificat', ru: 'планируется', en: 'planned' },
  closed: { ro: 'închis', ru: 'закрыт', en: 'closed' },
};
