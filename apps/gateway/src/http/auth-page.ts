import type { BrowserStep__Output } from '@cups/contracts/gen/cups/identity/v1/BrowserStep.ts';
import { Problem } from '@cups/problem';
import type { HandlerResponse } from './handler.ts';

/** Responses that send a browser to an identity provider. */

/** Path of the script below. It is a file because the policy forbids inline scripts. */
export const POST_SCRIPT_PATH = '/auth/post.js';

export const postScriptResponse = (): HandlerResponse => ({
  headers: { 'Content-Type': 'text/javascript', 'Cache-Control': 'public, max-age=3600' },
  text: 'document.forms[0].submit();\n',
});

interface StepOptions {
  /** Further origins the provider may redirect the form to; some browsers apply the policy to redirects. */
  formOrigins: readonly string[];
  /** Whether the provider that receives the form may show the page in a frame. @default false */
  isFramed?: boolean;
}

/**
 * Returns a redirect, or a page that posts a form automatically; browsers without scripts show a button.
 */
export function browserStepResponse(
  step: BrowserStep__Output | null,
  { formOrigins, isFramed = false }: StepOptions,
): HandlerResponse {
  if (step?.redirectUrl) return seeOther(step.redirectUrl);
  if (!step?.form)
    throw new Problem({ reason: 'INTERNAL', message: 'The sign-in step has neither a redirect nor a form.' });
  const { url, fields } = step.form;
  return {
    headers: {
      'Content-Security-Policy': [
        "default-src 'none'",
        "script-src 'self'",
        `form-action ${[new URL(url).origin, ...formOrigins].join(' ')}`,
        "base-uri 'none'",
        `frame-ancestors ${isFramed ? new URL(url).origin : "'none'"}`,
      ].join('; '),
      // Only the provider may read the content: no compression, no caching.
      'Cache-Control': 'no-store, no-transform',
    },
    text: renderFormPage(url, fields),
  };
}

export const seeOther = (path: string): HandlerResponse => ({ status: 303, headers: { Location: path } });

function renderFormPage(url: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}" />`,
  );
  return `<!doctype html>
<html lang="ro">
  <head><meta charset="utf-8" /><meta name="viewport" content="width=device-width" /><title>CUPS</title></head>
  <body>
    <form method="post" action="${escapeHtml(url)}">
      ${inputs.join('\n      ')}
      <noscript><button>Continuați / Продолжить / Continue</button></noscript>
    </form>
    <script src="${POST_SCRIPT_PATH}" defer></script>
  </body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
