import '../style/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LanguageProvider } from '../language/language.tsx';
import { LANGUAGES } from '../language/text.ts';
import { watchDoubleClicks } from '../parts/double-click.ts';
import { takeNumber } from './number.ts';
import { Tracking } from './tracking.tsx';

/** The language that the browser asks for first among ours; remembered nowhere. */
const wanted = navigator.languages.map((tag) => LANGUAGES.find((one) => tag.startsWith(one)));
const initial = wanted.find((one) => one !== undefined) ?? 'ro';

watchDoubleClicks();

createRoot(document.getElementById('tracking') as HTMLElement).render(
  <StrictMode>
    <LanguageProvider initial={initial}>
      <Tracking scanned={takeNumber()} />
    </LanguageProvider>
  </StrictMode>,
);
