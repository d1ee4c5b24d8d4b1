import type { Text } from '@cups/application/texts';
import type { Catalog, PublicService } from '../api/types.ts';
import { interpolate } from '../language/messages.ts';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { DELIVERY_TEXTS, MANDATE_TEXTS } from '../texts/content.ts';
import { QUARANTINE } from '../texts/quarantine.ts';
import { fieldLabel } from '../visit/field-texts.ts';
import { fieldsOf, formSchemaOf } from '../visit/model/form.ts';

/** The places and codes of an act in words, as far as the catalog of its centre has them. */

interface WordSource {
  catalog: Pick<Catalog, 'evidenceKinds' | 'publicServices'> | undefined;
  service: PublicService | undefined;
}

const EVIDENCE_LABELS: Readonly<Record<string, Text>> = {
  kind: QUARANTINE.document,
  number: QUARANTINE.documentNumber,
  copy: QUARANTINE.scan,
  originalSeen: QUARANTINE.original,
};
const LABELS: Readonly<Record<string, Text>> = {
  '/publicService': QUARANTINE.service,
  '/trackingNumber': QUARANTINE.trackingNumber,
};

/** Returns the label of a place; empty for one that has none. */
export function placeLabel(pointer: string, { service }: Pick<WordSource, 'service'>): Partial<Text> {
  const [, member, index, name = ''] = pointer.split('/');
  const evidence = member === 'evidence' ? EVIDENCE_LABELS[name] : undefined;
  if (evidence) return interpolate(evidence, { n: String(Number(index) + 1) });
  return LABELS[pointer] ?? fieldLabel(pointer, service);
}

/** Returns a value in words; a text of a person as it is. */
export function valueWords(pointer: string, value: string, { catalog, service }: WordSource): Partial<Text> {
  const words = codeWords(pointer, value, { catalog, service });
  return words && Object.keys(words).length > 0 ? words : { ro: value };
}

function codeWords(pointer: string, value: string, { catalog, service }: WordSource): Partial<Text> | undefined {
  const [, member, name] = pointer.split('/');
  if (member === 'evidence' && pointer.endsWith('/kind')) return evidenceTitle(catalog, value);
  if (member === 'evidence' && pointer.endsWith('/copy')) return QUARANTINE.yes;
  if (member === 'answers')
    return fieldsOf(formSchemaOf(service))
      .find((field) => field.name === name)
      ?.choices.find((choice) => choice.value === value)?.title;
  if (pointer === '/publicService')
    return catalog?.publicServices.find(({ code }) => code === value.replace('publicServices/', ''))?.version?.title;
  if (pointer === '/costOption') return service?.version?.costOptions?.find(({ code }) => code === value)?.title;
  if (pointer === '/delivery/kind') return DELIVERY_TEXTS[value as keyof typeof DELIVERY_TEXTS];
  if (pointer === '/mandate/kind') return MANDATE_TEXTS[value as keyof typeof MANDATE_TEXTS];
  return undefined;
}
