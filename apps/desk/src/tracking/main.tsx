import '../style/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LanguageProvider } from '../language/language.tsx';
import { LANGUAGES } from '../language/messages.ts';
import { suppressDoubleClicks } from '../parts/suppress-double-clicks.ts';
import { takeTrackingRequest } from './tracking-request.ts';
import { Tracking } from './tracking.tsx';

/** The browser's preferred language among the supported ones. Not stored. */
const preferred = navigator.languages.map((tag) => LANGUAGES.find((language) => tag.startsWith(language)));
const initial = preferred.find((language) => language !== undefined) ?? 'ro';

suppressDoubleClicks();

createRoot(document.getElementById('tracking') as HTMLElement).render(
  <StrictMode>
    <LanguageProvider initial={initial}>
      <Tracking initial={takeTrackingRequest()} />
    </LanguageProvider>
  </StrictMode>,
);
