import type { LocalizedText } from '../api/types.ts';

/** Reasons of rejections in three languages, as a start for the clerk of an agency. Brackets mark what to fill in. */
export const REJECTION_TEMPLATES: readonly { id: string; title: LocalizedText; text: Required<LocalizedText> }[] = [
  {
    id: 'no-right',
    title: { ro: 'Nu are dreptul', ru: 'Нет права', en: 'No entitlement' },
    text: {
      ro: 'Nu sunt îndeplinite condițiile prevăzute de lege: […].',
      ru: 'Условия, предусмотренные законом, не выполнены: […].',
      en: 'The conditions set by law are not met: […].',
    },
  },
  {
    id: 'documents-missing',
    title: { ro: 'Acte lipsă', ru: 'Нет документов', en: 'Documents missing' },
    text: {
      ro: 'Actele cerute nu au fost aduse în termen: […].',
      ru: 'Запрошенные документы не представлены в срок: […].',
      en: 'The requested documents were not brought in time: […].',
    },
  },
  {
    id: 'not-found',
    title: { ro: 'Nu există în evidență', ru: 'Нет в учёте', en: 'No record' },
    text: {
      ro: 'În evidența instituției nu există datele cerute: […].',
      ru: 'В учёте учреждения запрошенных данных нет: […].',
      en: 'The records of the agency do not contain what was requested: […].',
    },
  },
];
