import './style/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { trackActivity } from './api/user-activity.ts';
import { App } from './app.tsx';
import { followPreloadErrors } from './lazy-screens.ts';
import { readEntryState } from './session/interrupted-session.ts';
import { suppressDoubleClicks } from './parts/suppress-double-clicks.ts';

followPreloadErrors();
trackActivity();
suppressDoubleClicks();
const entry = readEntryState();

createRoot(document.getElementById('desk') as HTMLElement).render(
  <StrictMode>
    <App entry={entry} />
  </StrictMode>,
);
