export const LANGUAGES = ['ro', 'ru', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A text in up to three languages; '' and absent mean the same. */
export type LocalizedText = { [One in Language]?: string };

/** Returns a supported language; Romanian for any other. */
export function resolveLanguage(text: string): Language {
  return LANGUAGES.find((language) => language === text) ?? 'ro';
}

/** Returns the text in the language, else in Romanian, else in any language. */
export function localize(text: LocalizedText, language: Language): string {
  return text[language] || text.ro || text.ru || text.en || '';
}
