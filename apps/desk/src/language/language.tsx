import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { filledText } from '@cups/application/texts';
import type { Language } from '@cups/application';

/** The language of the page: the operator's, until another is chosen. */

export const LANGUAGES = ['ro', 'ru', 'en'] as const satisfies readonly Language[];
/** Words of the API may lack a language. */
type Words = Partial<Record<Language, string>>;
type Params = Readonly<Record<string, unknown>>;

export interface Spoken {
  language: Language;
  setLanguage: (language: Language) => void;
  /** The text in the language of the page; words that lack it come in the next of Romanian, Russian and English. */
  t: (words: Words | undefined, params?: Params) => string;
}

const Here = createContext<Spoken | undefined>(undefined);

/** The words in a language, or in the next one that they have; empty when there are none. */
export function wordsIn(language: Language, words: Words | undefined, params?: Params): string {
  const text = [language, ...LANGUAGES].map((one) => words?.[one]).find((one) => one !== undefined && one !== '');
  if (text === undefined) return '';
  // Words of others have no places to fill, whatever signs stand in them.
  return params ? filledText(text, params) : text;
}

/** @param initial of the operator; followed until somebody chooses another */
export function LanguageProvider({ initial, children }: { initial: Language; children: ReactNode }) {
  const [chosen, setChosen] = useState(chosenBefore);
  const setLanguage = useCallback((next: Language) => {
    sessionStorage.setItem(CHOSEN, next);
    setChosen(next);
  }, []);
  const language = chosen ?? initial;
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const spoken = useMemo<Spoken>(
    () => ({ language, setLanguage, t: (words, params) => wordsIn(language, words, params) }),
    [language, setLanguage],
  );
  return <Here value={spoken}>{children}</Here>;
}

/** Of this window, so that a reload changes nothing. It says nothing of anybody. */
const CHOSEN = 'cups-language';

function chosenBefore(): Language | undefined {
  return LANGUAGES.find((one) => one === sessionStorage.getItem(CHOSEN));
}

/** A part of the page in another language than the rest: what the person reads on a screen turned to her. */
export function InLanguage({ language, children }: { language: Language; children: ReactNode }) {
  const { setLanguage } = useLanguage();
  const spoken = useMemo<Spoken>(
    () => ({ language, setLanguage, t: (words, params) => wordsIn(language, words, params) }),
    [language, setLanguage],
  );
  return <Here value={spoken}>{children}</Here>;
}

export function useLanguage(): Spoken {
  const spoken = useContext(Here);
  if (!spoken) throw new Error('There is no language around this part.');
  return spoken;
}
