import './style/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { watchTouches } from './api/presence.ts';
import { App } from './app.tsx';
import { arrive } from './session/left.ts';
import { reloadWhenScreensAreGone } from './later.ts';
import { watchDoubleClicks } from './parts/double-click.ts';

reloadWhenScreensAreGone();
watchTouches();
watchDoubleClicks();
const arrival = arrive();

createRoot(document.getElementById('desk') as HTMLElement).render(
  <StrictMode>
    <App arrival={arrival} />
  </StrictMode>,
);
