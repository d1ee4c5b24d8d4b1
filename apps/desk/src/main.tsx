import './style/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { reloadWhenScreensAreGone } from './later.ts';

reloadWhenScreensAreGone();

createRoot(document.getElementById('desk') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
