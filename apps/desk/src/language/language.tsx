import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { Language } from '@cups/application';
import { LANGUAGES, formatMessage } from './messages.ts';
import type { Params, LocalizedMessage } from './messages.ts';

/** The language of the page: the operator's, until another is chosen. */

export interface LanguageContextValue {
  language: Language;
  setLanguage: (language: Language) => void;
  /** Returns the text in the page's language, else in Romanian, Russian or English. */
  t: (message: LocalizedMessage | undefined, params?: Params) => string;
}

const LanguageContext = createContext<LanguageContextValue | undefined>(undefined);

/**
 * Provides the language of the page.
 * @param initial the operator's language, used until another is chosen
 */
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

/** Session storage: survives a reload of this window. */
const LANGUAGE_KEY = 'cups-language';

function readChosenLanguage(): Language | undefined {
  return LANGUAGES.find((language) => language === sessionStorage.getItem(LANGUAGE_KEY));
}

export function useLanguage(): LanguageContextValue {
  const value = useContext(LanguageContext);
  if (!value) throw new Error('There is no language around this part.');
  return value;
}
