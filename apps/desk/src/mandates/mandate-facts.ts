import { isTheme } from '@cups/application';
import { interpolateText, THEME_TEXTS } from '@cups/application/texts';
import type { Catalog, LocalizedText, MandateScope, StoredMandate } from '../api/types.ts';
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

/** Returns `Familia Nume, 2900…`, as the identity document has it. */
export function mandatePersonText({ familyName, givenName, idnp, foreignDocument }: StoredMandate['person']): string {
  const number = idnp ?? (foreignDocument && `${foreignDocument.country} ${foreignDocument.number}`);
  return [`${familyName} ${givenName}`.trim(), number].filter(Boolean).join(', ');
}
