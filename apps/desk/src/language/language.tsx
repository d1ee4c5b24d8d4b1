import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { Language } from '@cups/application';
import { LANGUAGES, formatMessage } from './messages.ts';
import type { Params, LocalizedMessage } from './messages.ts';

/** The language of the page: the operator's, until another is chosen. */

export interface LanguageContextValue {
  language: Language;
  setLanguage: (language: Language) => void;
  /** The text in the language of the page; words that lack it come in the next of Romanian, Russian and English. */
  t: (message: LocalizedMessage | undefined, params?: Params) => string;
}

const LanguageContext = createContext<LanguageContextValue | undefined>(undefined);

/** @param initial of the operator; followed until somebody chooses another */
export function LanguageProvider({ initial, children }: { initial: Language; children: ReactNode }) {
  const [chosen, setChosen] = useState(readChosenLanguage);
  const setLanguage = useCallback((next: Language) => {
    sessionStorage.setItem(LANGUAGE_KEY, next);
    setChosen(next);
  }, []);
  const language = chosen ?? initial;
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo<LanguageContextValue>(
    () => ({ language, setLanguage, t: (message, params) => formatMessage(language, message, params) }),
    [language, setLanguage],
  );
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

/** Of this window, so that a reload changes nothing. It says nothing of anybody. */
const LANGUAGE_KEY = 'cups-language';

function readChosenLanguage(): Language | undefined {
  return LANGUAGES.find((one) => one === sessionStorage.getItem(LANGUAGE_KEY));
}

export function useLanguage(): LanguageContextValue {
  const value = useContext(LanguageContext);
  if (!value) throw new Error('There is no language around this part.');
  return value;
}
