import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { Language } from '@cups/application';
import { LANGUAGES, wordsIn } from './text.ts';
import type { Params, Words } from './text.ts';

/** The language of the page: the operator's, until another is chosen. */

export interface Spoken {
  language: Language;
  setLanguage: (language: Language) => void;
  /** The text in the language of the page; words that lack it come in the next of Romanian, Russian and English. */
  t: (words: Words | undefined, params?: Params) => string;
}

const Here = createContext<Spoken | undefined>(undefined);

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

export function useLanguage(): Spoken {
  const spoken = useContext(Here);
  if (!spoken) throw new Error('There is no language around this part.');
  return spoken;
}
