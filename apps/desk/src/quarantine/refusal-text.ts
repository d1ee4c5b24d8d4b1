import { REASON_TEXTS } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';
import type { ApiError } from '../api/client.ts';
import type { Catalog } from '../api/types.ts';
import { joinMessages } from '../language/messages.ts';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { QUARANTINE } from '../texts/quarantine.ts';
import { fieldLabel } from '../visit/field-texts.ts';

/**
 * Returns why an act cannot be released. No field of this screen is marked: the text names the fields and documents itself.
 */
export function refusalText(
  { reason, problem: { violations = [] } }: Pick<ApiError, 'reason' | 'problem'>,
  catalog: Pick<Catalog, 'evidenceKinds'> | undefined,
): Text {
  if (reason !== 'INVALID_ARGUMENT' && reason !== 'APPLICATION_INCOMPLETE') return REASON_TEXTS[reason];
  const labels = violations.map(({ field, params }) => {
    const kind = params?.['kind'];
    return typeof kind === 'string' ? evidenceTitle(catalog, kind) : fieldLabel(field, undefined);
  });
  const named = new Map(labels.filter(({ ro = '' }) => ro !== '').map((label) => [label.ro, label]));
  if (named.size === 0) return QUARANTINE.invalid;
  const { ro, ru, en } = joinMessages([...named.values()]);
  const inFields = { ro: `${QUARANTINE.invalid.ro} (${ro})`, ru: `${QUARANTINE.invalid.ru} (${ru})` };
  return { ...inFields, en: `${QUARANTINE.invalid.en} (${en})` };
}
