import type { Language } from '../content.ts';

/** One text in the three languages of the desk; `{name}` is the place of a parameter. */
export type Text = Readonly<Record<Language, string>>;

/**
 * A text with its parameters in their places. Codes and pointers among them (`kind`, `other`, `choices`) mean nothing to
 * people: give the name of the paper or the label of the field instead.
 * @throws Error for a place without a parameter
 */
export function interpolateText(text: string, params: Readonly<Record<string, unknown>> = {}): string {
  return text.replaceAll(/\{(\w+)\}/g, (_place, name: string) => {
    if (!Object.hasOwn(params, name)) throw new Error(`The text needs ${name}.`);
    return [params[name]].flat().join(', ');
  });
}
