import type { Text } from '@cups/application/texts';
import type { DocumentHold } from '../api/types.ts';
import { defineMessages } from '../language/messages.ts';

/** Holds of documents. */
export const HOLDS = defineMessages({
  title: { ro: 'Documente reținute', ru: 'Удержанные документы', en: 'Document holds' },
  lead: {
    ro: 'Cât ține reținerea, niciun document al cererii nu se șterge, nici la sfârșitul termenului.',
    ru: 'Пока документы удержаны, ни один документ заявления не удаляется, даже по окончании срока.',
    en: 'While documents are held, none of the application is erased, even at the end of its term.',
  },
  application: { ro: 'Identificatorul cererii', ru: 'Идентификатор заявления', en: 'Application ID' },
  applicationHelp: {
    ro: '26 de semne, din adresa cererii sau din lista rezultatelor neridicate',
    ru: '26 знаков из адреса заявления или из списка невостребованных результатов',
    en: '26 characters, from the address of the application or the list of uncollected results',
  },
  wrongApplication: {
    ro: 'Scrieți cele 26 de semne ale cererii.',
    ru: 'Введите 26 знаков заявления.',
    en: 'Enter the 26 characters of the application.',
  },
  reason: { ro: 'De ce se rețin', ru: 'Почему удерживаются', en: 'Reason for the hold' },
  noReason: { ro: 'Alegeți motivul.', ru: 'Выберите причину.', en: 'Choose the reason.' },
  hold: { ro: 'Reține documentele', ru: 'Удержать документы', en: 'Hold the documents' },
  held: { ro: 'Documentele sunt reținute.', ru: 'Документы удержаны.', en: 'The documents are held.' },
  released: { ro: 'Reținerea este ridicată.', ru: 'Удержание снято.', en: 'The hold is released.' },
  operator: { ro: 'Cine', ru: 'Кто', en: 'Held by' },
  since: { ro: 'De la', ru: 'С', en: 'Since' },
  release: { ro: 'Ridică reținerea', ru: 'Снять удержание', en: 'Release the hold' },
  releaseMore: {
    ro: 'Ce a ajuns la termen se șterge într-o zi.',
    ru: 'Документы, срок которых истёк, удалятся в течение дня.',
    en: 'Documents past their term are erased within a day.',
  },
  keep: { ro: 'Păstrează', ru: 'Оставить', en: 'Keep' },
  none: { ro: 'Nicio cerere nu are documente reținute.', ru: 'Удержаний нет.', en: 'No documents are held.' },
  otherReason: {
    ro: 'Documentele cererii sunt deja reținute din alt motiv. Ridicați mai întâi acea reținere.',
    ru: 'Документы заявления уже удержаны по другой причине. Сначала снимите то удержание.',
    en: 'The documents are already held for another reason. Release that hold first.',
  },
  notFound: {
    ro: 'Cererea nu are documente sau nu există.',
    ru: 'У заявления нет документов, или его нет.',
    en: 'The application has no documents, or does not exist.',
  },
});

export const HOLD_REASON_TEXTS: Record<DocumentHold['reason'], Text> = {
  court: { ro: 'instanța le-a cerut', ru: 'запросил суд', en: 'requested by a court' },
  complaint: { ro: 'o plângere este în curs', ru: 'рассматривается жалоба', en: 'a complaint is pending' },
  audit: { ro: 'un audit le verifică', ru: 'проверяет аудит', en: 'examined by an audit' },
};
