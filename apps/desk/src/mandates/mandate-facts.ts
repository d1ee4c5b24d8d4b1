import { isTheme, toCivilDate } from '@cups/application';
import { interpolateText, THEME_TEXTS } from '@cups/application/texts';
import type { Catalog, LocalizedText, MandateScope, StoredMandate, TrackedMandate } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import { personName } from '../language/person-name.ts';
import { MANDATES } from '../texts/mandates.ts';

/** What a mandate covers and for whom, for screens and printouts. */

/** A part of a scope, which can be revoked alone. */
export interface ScopePart {
  /** A publicServices/{code}, or the code of a theme. */
  key: string;
  kind: 'publicServices' | 'themes';
  title: LocalizedText;
}

/** Returns the parts of a scope, services first. An unknown service or theme is shown by its code. */
export function scopeParts(
  { publicServices = [], themes = [] }: MandateScope,
  titleOf: (publicService: string) => LocalizedText | undefined,
): ScopePart[] {
  const services = publicServices.map((key) => ({
    key,
    kind: 'publicServices' as const,
    title: titleOf(key) ?? { ro: key.slice(key.lastIndexOf('/') + 1) },
  }));
  return [...services, ...themes.map((key) => ({ key, kind: 'themes' as const, title: themeTitle(key) }))];
}

function themeTitle(code: string): LocalizedText {
  if (!isTheme(code)) return { ro: code };
  const { ro, ru, en } = THEME_TEXTS[code];
  const { theme } = MANDATES;
  return {
    ro: interpolateText(theme.ro, { theme: ro }),
    ru: interpolateText(theme.ru, { theme: ru }),
    en: interpolateText(theme.en, { theme: en }),
  };
}

/** Returns the scope that names only these parts. */
export function toScope(parts: readonly ScopePart[]): Required<MandateScope> {
  const keysOf = (kind: ScopePart['kind']) => parts.filter((part) => part.kind === kind).map(({ key }) => key);
  return { publicServices: keysOf('publicServices'), themes: keysOf('themes') };
}

/** Returns the lookup of service titles in the catalog of a centre. */
export const catalogTitles =
  (catalog: Catalog | undefined) =>
  (name: string): LocalizedText | undefined =>
    catalog?.publicServices.find((service) => service.name === name)?.version?.title;

/** Returns `Family Given, 2900…`, as the identity document has it. */
export function mandatePersonText(person: StoredMandate['person']): string {
  const { idnp, foreignDocument } = person;
  const number = idnp ?? (foreignDocument && `${foreignDocument.country} ${foreignDocument.number}`);
  return [personName(person), number].filter(Boolean).join(', ');
}

/** Returns the lookup of service titles that the holder of a code sees. */
export const heldTitles =
  (titles: TrackedMandate['titles'] = []) =>
  (name: string): LocalizedText | undefined =>
    titles.find(({ publicService }) => publicService === name)?.title;

/** Returns who revoked: the holder of the code, or the centre. */
export const actorText = (actor: string): LocalizedText =>
  actor === 'applicant' ? MANDATES.byApplicant : MANDATES.byCentre;

/** Returns the last day of a mandate, `04.12.2026`. The end of the term is the midnight after it. */
export const lastDayText = (expireTime: string): string =>
  shortDate(toCivilDate(new Date(new Date(expireTime).getTime() - 1)));
