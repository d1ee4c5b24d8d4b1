import type { Text } from './text.ts';

/** Who acts on an application without being a person with a name: in histories, access logs and the journal. */
export const ACTOR_TEXTS = {
  administrator: {
    ro: 'Administratorul platformei',
    ru: 'Администратор платформы',
    en: 'Platform administrator',
  },
  agencySystem: { ro: 'Sistemul instituției', ru: 'Система учреждения', en: 'System of the agency' },
  person: { ro: 'Persoana', ru: 'Заявитель', en: 'The person' },
  platform: { ro: 'Platforma', ru: 'Платформа', en: 'Platform' },
} as const satisfies Record<string, Text>;

const ADMINISTRATORS = ['administrator', 'operators/ops', 'services/ops'];

/**
 * Describes an actor that is a part of the platform, a system, or the person themselves.
 * @param actor as a history, an access log or the journal names it
 * @returns undefined for operators/{id} and agencies/{code}, which have names
 */
export function describeActor(actor: string): Text | undefined {
  if (ADMINISTRATORS.includes(actor)) return ACTOR_TEXTS.administrator;
  if (actor.startsWith('operators/agency.')) return ACTOR_TEXTS.agencySystem;
  if (actor === 'applicant') return ACTOR_TEXTS.person;
  return /^(?:operators|agencies)\//.test(actor) ? undefined : ACTOR_TEXTS.platform;
}
