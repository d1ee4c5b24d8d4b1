import { addCivilDays, MANDATE_TERM_DAYS } from '@cups/application';
import type { Language, Theme } from '@cups/application';
import { renderMandateText } from '@cups/application/mandate-text';
import type { NamedPerson } from '@cups/application/mandate-text';
import type { Catalog, LocalizedText } from '../../api/types.ts';
import type { MandatePerson, NewMandate } from './mandate-subject.ts';

/**
 * Returns the exact text that the platform will store, in one language.
 * @param today civil date in Chisinau
 */
export function mandateText(request: NewMandate, catalog: Catalog, language: Language, today: string): string {
  const { person, representative, scope, term, ground } = request;
  const titleOf = (name: string): LocalizedText | undefined =>
    catalog.publicServices.find((service) => service.name === name)?.version?.title;
  return renderMandateText(
    {
      person: toNamed(person),
      representative: representative && toNamed(representative),
      centreName: catalog.centre.displayName,
      services: (scope.publicServices ?? []).map((name) => {
        const { ro = '', ru = '', en = '' } = titleOf(name) ?? {};
        return { ro, ru, en };
      }),
      themes: (scope.themes ?? []) as Theme[],
      term,
      ground: ground.kind,
      reference: ground.reference ?? '',
      grantDate: today,
      expireDate: addCivilDays(today, MANDATE_TERM_DAYS[term]),
    },
    language,
  );
}

function toNamed({ idnp, foreignDocument, givenName, familyName }: MandatePerson): NamedPerson {
  const number = idnp ? `IDNP ${idnp}` : `${foreignDocument?.country ?? ''} ${foreignDocument?.number ?? ''}`;
  return { givenName, familyName, number };
}
