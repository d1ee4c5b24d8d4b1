import type { AccessKind } from '../vocabularies.ts';
import type { Text } from './text.ts';

const ACCESS_KIND_TEXTS: Record<AccessKind, Text> = {
  details: { ro: 'dosarul cererii', ru: 'дело заявления', en: 'application details' },
  search: { ro: 'rândul într-o căutare', ru: 'строка в поиске', en: 'search result' },
  submission: { ro: 'cererea depusă', ru: 'поданное заявление', en: 'filed application' },
  history: { ro: 'parcursul cererii', ru: 'ход заявления', en: 'history' },
  person: {
    ro: 'datele persoanei, pentru o cerere nouă',
    ru: 'данные лица, для нового заявления',
    en: 'data of the person, for a new application',
  },
  notices: { ro: 'înștiințările', ru: 'уведомления', en: 'notices' },
  slip: { ro: 'fișa unei înștiințări', ru: 'листок уведомления', en: 'slip of a notice' },
  document: { ro: 'un document atașat', ru: 'приложенный документ', en: 'attached document' },
  'document-facts': {
    ro: 'ce documente sunt atașate, fără conținutul lor',
    ru: 'какие документы приложены, без их содержания',
    en: 'which documents are attached, without their content',
  },
  collection: { ro: 'rezultatul, pentru înmânare', ru: 'результат, для выдачи', en: 'result, for hand-over' },
  copy: {
    ro: 'tot, pentru o copie a datelor',
    ru: 'всё, для копии данных',
    en: 'everything, for a copy of the data',
  },
  quarantine: {
    ro: 'un act în carantină',
    ru: 'действие в карантине',
    en: 'a quarantined act',
  },
  'offline-copy': {
    ro: 'copie pe calculatorul ghișeului, pentru lucrul fără legătură',
    ru: 'копия на компьютере окна, для работы без связи',
    en: 'copy on the desk PC, for work without a line',
  },
  offline: { ro: 'dosarul copiat, fără legătură', ru: 'скопированное дело, без связи', en: 'copied file, offline' },
};

const OTHER: Text = { ro: 'alte date ale cererii', ru: 'другие данные заявления', en: 'other data of the application' };

/** Returns the text of a kind of access, also of one that only a later release knows. */
export const accessKindText = (kind: string): Text =>
  (ACCESS_KIND_TEXTS as Readonly<Record<string, Text>>)[kind] ?? OTHER;
