import type { Person } from './people.ts';

/** Pages of the test identity provider. They work without scripts. */

const MAX_SHOWN_PEOPLE = 300;

/** Fields of the sign-in form. */
export interface PersonChoice {
  /** Value of a button; empty for a typed IDNP. */
  person?: string;
  typed?: string;
  strong?: string;
  cancel?: string;
}

/** Returns the sign-in page. @param action URL to which the form is posted */
export function choicePage(protocol: string, action: string, people: Person[]): string {
  const shown = people.slice(0, MAX_SHOWN_PEOPLE);
  const buttons = shown.map(
    ({ name, person }) => `<li><button name="person" value="${person}">${escapeHtml(name)}</button></li>`,
  );
  return page(
    `Test identity provider (${protocol})`,
    `<p>For trying things out: nobody is asked for a password.</p>
    <form method="post" action="${escapeHtml(action)}">
      <p><label><input type="checkbox" name="strong" value="yes" checked /> Second factor</label></p>
      <p><label>IDNP <input name="typed" inputmode="numeric" pattern="[0-9]{13}" /></label> <button name="person" value="">Sign in</button>
      <button name="cancel" value="yes" formnovalidate>Cancel</button></p>
      <ul>${buttons.join('')}</ul>
      <p>${people.length} people, the first ${shown.length} shown; type an IDNP for another.</p>
    </form>`,
  );
}

/** Returns a page that submits its form automatically. */
export function autoSubmitPage(url: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}" />`,
  );
  return page(
    'Continue',
    `<form method="post" action="${escapeHtml(url)}">${inputs.join('')}<button>Continue</button></form>
    <script>document.forms[0].submit()</script>`,
  );
}

export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>${escapeHtml(title)}</title>
  <style>body { font: 16px/1.5 sans-serif; max-width: 48rem; margin: 2rem auto; } ul { columns: 2; list-style: none; padding: 0 } button, input { font: inherit; padding: 0.25rem 0.75rem; margin: 0.125rem }</style></head>
  <body><h1>${escapeHtml(title)}</h1>${body}</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
