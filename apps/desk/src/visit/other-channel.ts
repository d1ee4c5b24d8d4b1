import type { LocalizedText, PublicService } from '../api/types.ts';
import { CENTRE_KIND_TEXTS } from '../texts/content.ts';

/** Returns why a service is unavailable here, else the kinds of centres that offer it. */
export function otherChannelText({ paused, version }: PublicService): LocalizedText {
  const stated = paused?.reason ?? version?.otherChannel;
  if (stated) return stated;
  const kinds = (version?.centreKinds ?? []).map((kind) => CENTRE_KIND_TEXTS[kind]);
  const inOne = (language: 'ro' | 'ru' | 'en') => kinds.map((kind) => kind[language]).join(', ');
  return { ro: inOne('ro'), ru: inOne('ru'), en: inOne('en') };
}
