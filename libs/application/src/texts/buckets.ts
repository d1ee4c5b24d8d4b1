import type { Bucket } from '../queue.ts';
import type { Text } from './text.ts';

/** Titles of the buckets of the work queue. */
export const BUCKET_TEXTS: Record<Bucket, Text> = {
  today: { ro: 'De făcut astăzi', ru: 'Сделать сегодня', en: 'To do today' },
  'agency-replied': { ro: 'Cu răspuns nou', ru: 'С новым ответом', en: 'New answers' },
  'documents-requested': { ro: 'Acte cerute', ru: 'Запрошены документы', en: 'Documents requested' },
  'on-the-way': { ro: 'Rezultate pe drum', ru: 'Результаты в пути', en: 'On the way' },
  ready: { ro: 'Gata de înmânat', ru: 'Готово к выдаче', en: 'Ready to hand over' },
  'due-soon': { ro: 'Termen aproape', ru: 'Срок близко', en: 'Due soon' },
  'to-notify': { ro: 'De sunat', ru: 'Позвонить', en: 'To notify' },
  drafts: { ro: 'Ciorne', ru: 'Черновики', en: 'Drafts' },
  mine: { ro: 'Cererile mele', ru: 'Мои заявления', en: 'My applications' },
  open: { ro: 'Toate deschise', ru: 'Все открытые', en: 'All open' },
  'awaiting-outcome': { ro: 'De închis', ru: 'Закрыть', en: 'To close' },
  'with-agency': { ro: 'La instituții', ru: 'В учреждениях', en: 'With agencies' },
  'uncollected-14-days': { ro: 'Neridicate, 14 zile', ru: 'Не забрали 14 дней', en: 'Uncollected, 14 days' },
  'uncollected-30-days': { ro: 'Neridicate, 30 de zile', ru: 'Не забрали 30 дней', en: 'Uncollected, 30 days' },
};
