import type { BrowserStep__Output } from '@cups/contracts/gen/cups/identity/v1/BrowserStep.ts';
import { Problem } from '@cups/problem';
import type { Answer } from './handler.ts';

/** What a browser is given that goes on to an identity provider. */

/** Where the script of the page below is served: a policy without inline scripts wants it in a file. */
export const POST_SCRIPT = '/auth/post.js';

/** That script. */
export const postScript = (): Answer => ({
  headers: { 'Content-Type': 'text/javascript', 'Cache-Control': 'public, max-age=3600' },
  text: 'document.forms[0].submit();\n',
});

/**
 * A redirect, or a page that posts a form by itself, with a button for browsers without scripts.
 * @param formOrigins where the provider may lead the form on to: some browsers hold a redirect against the policy as well
 */
export function stepAnswer(step: BrowserStep__Output | null, formOrigins: readonly string[]): Answer {
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
    text: pageOf(url, fields),
  };
}

export const seeOther = (path: string): Answer => ({ status: 303, headers: { Location: path } });

function pageOf(url: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}" />`,
  );
  return `<!doctype html>
<html lang="ro">
  <head><meta charset="utf-8" /><meta name="viewport" content="width=device-width" /><title>CUPS</title></head>
  <body>
    <form method="post" action="${escaped(url)}">
      ${inputs.join('\n      ')}
      <noscript><button>Continuați / Продолжить / Continue</button></noscript>
    </form>
    <script src="${POST_SCRIPT}" defer></script>
  </body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (one) => ENTITIES[one] ?? one);
