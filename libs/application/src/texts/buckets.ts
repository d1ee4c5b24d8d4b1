import type { Bucket } from '../queue.ts';
import type { Text } from './text.ts';

/** Titles of the buckets of the work queue. */
export const BUCKET_TEXTS: Record<Bucket, Text> = {
  today: { ro: 'De făcut astăzi', ru: 'Сделать сегодня', en: 'To do today' },
  'agency-replied': { ro: 'Noutăți', ru: 'Новое', en: 'News' },
  'documents-requested': { ro: 'Acte cerute', ru: 'Запрошены документы', en: 'Documents requested' },
  'on-the-way': { ro: 'Rezultate pe drum', ru: 'Результаты в пути', en: 'On the way' },
  ready: { ro: 'Rezultate și decizii', ru: 'Результаты и решения', en: 'Results and decisions' },
  'due-soon': { ro: 'Termene', ru: 'Сроки', en: 'Deadlines' },
  'to-notify': { ro: 'De anunțat', ru: 'Сообщить', en: 'To notify' },
  drafts: { ro: 'Ciorne', ru: 'Черновики', en: 'Drafts' },
  mine: { ro: 'Cererile mele', ru: 'Мои заявления', en: 'My applications' },
  open: { ro: 'Toate deschise', ru: 'Все открытые', en: 'All open' },
  'awaiting-outcome': { ro: 'De închis', ru: 'Закрыть', en: 'To close' },
  'with-agency': { ro: 'La instituții', ru: 'В учреждениях', en: 'With agencies' },
  'uncollected-14-days': { ro: 'Neridicate, 14 zile', ru: 'Не забрали 14 дней', en: 'Uncollected, 14 days' },
  'uncollected-30-days': { ro: 'Neridicate, 30 de zile', ru: 'Не забрали 30 дней', en: 'Uncollected, 30 days' },
};
