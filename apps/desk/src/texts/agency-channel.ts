import type { AgencyChannel } from '../api/types.ts';
import { defineMessages } from '../language/messages.ts';
import type { Text } from '../language/messages.ts';

/** How an agency receives applications, and whether its system reads what waits. */
export const AGENCY_FEED = defineMessages({
  channel: { ro: 'Canalul', ru: 'Канал', en: 'Channel' },
  read: { ro: 'citit {time}.', ru: 'прочитано {time}.', en: 'read {time}.' },
  neverRead: { ro: 'nu a citit încă.', ru: 'ещё не читало.', en: 'has not read yet.' },
  unread: { ro: 'Necitite: {n}.', ru: 'Не прочитано: {n}.', en: 'Unread: {n}.' },
  webhookDead: {
    ro: 'Webhookul nu răspunde din {time}.',
    ru: 'Вебхук не отвечает с {time}.',
    en: 'The webhook has failed since {time}.',
  },
});

export const AGENCY_CHANNEL_TEXTS: Record<AgencyChannel, Text> = {
  kafka: { ro: 'sistem (Kafka)', ru: 'система (Kafka)', en: 'system (Kafka)' },
  pull: { ro: 'sistem (HTTPS)', ru: 'система (HTTPS)', en: 'system (HTTPS)' },
  page: { ro: 'pagina instituției', ru: 'страница учреждения', en: 'agency page' },
};
