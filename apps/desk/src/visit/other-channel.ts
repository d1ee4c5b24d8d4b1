import type { LocalizedText, PublicService } from '../api/types.ts';
import { CENTRE_KIND_TEXTS } from '../texts/content.ts';

/** Why a service cannot be asked for at this desk, in the words of the service; else at which centres it can. */
export function otherChannelText({ paused, version }: PublicService): LocalizedText {
  const stated = paused?.reason ?? version?.elsewhere;
  if (stated) return stated;
  const kinds = (version?.centreKinds ?? []).map((kind) => CENTRE_KIND_TEXTS[kind]);
  const inOne = (language: 'ro' | 'ru' | 'en') => kinds.map((kind) => kind[language]).join(', ');
  return { ro: inOne('ro'), ru: inOne('ru'), en: inOne('en') };
}
