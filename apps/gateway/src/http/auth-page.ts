import type { BrowserStep__Output } from '@cups/contracts/gen/cups/identity/v1/BrowserStep.ts';
import { Problem } from '@cups/problem';
import type { HandlerResponse } from './handler.ts';

/** What a browser is given that goes on to an identity provider. */

/** Where the script of the page below is served: a policy without inline scripts wants it in a file. */
export const POST_SCRIPT_PATH = '/auth/post.js';

/** That script. */
export const postScriptResponse = (): HandlerResponse => ({
  headers: { 'Content-Type': 'text/javascript', 'Cache-Control': 'public, max-age=3600' },
  text: 'document.forms[0].submit();\n',
});

/**
 * A redirect, or a page that posts a form by itself, with a button for browsers without scripts.
 * @param formOrigins where the provider may lead the form on to: some browsers hold a redirect against the policy as well
 */
export function browserStepResponse(step: BrowserStep__Output | null, formOrigins: readonly string[]): HandlerResponse {
  if (step?.redirectUrl) return seeOther(step.redirectUrl);
  if (!step?.form) throw new Problem({ reason: 'INTERNAL', message: 'A sign-in leads nowhere.' });
  const { url, fields } = step.form;
  return {
    headers: {
      'Content-Security-Policy': [
        "default-src 'none'",
        "script-src 'self'",
        `form-action ${[new URL(url).origin, ...formOrigins].join(' ')}`,
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
      // What it holds is for the provider alone: no packing, no copies.
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

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"]/g, (one) => ENTITIES[one] ?? one);
