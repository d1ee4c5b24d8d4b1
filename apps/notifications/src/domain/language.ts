export const LANGUAGES = ['ro', 'ru', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Words of others in up to three languages; '' and absent mean the same. */
export type LocalizedText = { [One in Language]?: string };

/** Takes the language if it is one of ours, else Romanian. */
export function resolveLanguage(text: string): Language {
  return LANGUAGES.find((language) => language === text) ?? 'ro';
}

/** The words in the language, else in Romanian, else any. */
export function localize(text: LocalizedText, language: Language): string {
  return text[language] || text.ro || text.ru || text.en || '';
}
