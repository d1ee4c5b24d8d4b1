import type { Language } from '../content.ts';

/** A text in the three languages of the desk; `{name}` is a placeholder. */
export type Text = Readonly<Record<Language, string>>;

/**
 * Replaces the placeholders of a text. Pass readable values: the name of a document or the label of a field, not
 * the codes and pointers of a violation.
 * @throws Error for a placeholder without a parameter
 */
export function interpolateText(text: string, params: Readonly<Record<string, unknown>> = {}): string {
  return text.replaceAll(/\{(\w+)\}/g, (_placeholder, name: string) => {
    if (!Object.hasOwn(params, name)) throw new Error(`Missing text parameter: ${name}.`);
    return [params[name]].flat().join(', ');
  });
}
