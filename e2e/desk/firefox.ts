import { existsSync } from 'node:fs';
import { firefox } from 'playwright-core';
import type { Browser } from 'playwright-core';

/**
 * Firefox ESR of the operating system, over WebDriver BiDi: Playwright's own protocol needs a patched Firefox, which no
 * registry has. On Debian, `apt-get install firefox-esr` installs it.
 */

/** Where Debian's package installs it. CUPS_FIREFOX names another one. */
const DEBIAN_FIREFOX = '/usr/bin/firefox-esr';

/** Preferences in place of the emulation of media features, which Firefox ESR does not have. */
const PREFERENCES = { 'ui.prefersReducedMotion': 1, 'ui.systemUsesDarkTheme': 0 };

/** A command of Playwright 1.65 for each context and page, which Firefox ESR rejects as unknown. */
const UNKNOWN_COMMAND = 'emulation.setMediaFeaturesOverride';

/**
 * Starts Firefox.
 * @throws Error if it is not installed
 */
export async function startFirefox(): Promise<Browser> {
  const executablePath = process.env['CUPS_FIREFOX'] ?? DEBIAN_FIREFOX;
  if (!existsSync(executablePath))
    throw new Error(`${executablePath} not found. Install firefox-esr, or set CUPS_FIREFOX.`);
  const browser = await firefox.launch({ channel: 'moz-firefox', executablePath, firefoxUserPrefs: PREFERENCES });
  skipUnknownCommand(browser);
  return browser;
}

interface BidiSession {
  send: (method: string, params: unknown) => Promise<unknown>;
}

/** The side of the browser object that sends commands. Playwright has no public way to it. */
interface BrowserInternals {
  _connection: { toImpl: (browser: Browser) => { _browserSession: BidiSession } };
}

/** Answers the unknown command here. The sessions of all pages share the prototype. */
function skipUnknownCommand(browser: Browser): void {
  const { _browserSession } = (browser as unknown as BrowserInternals)._connection.toImpl(browser);
  const session = Object.getPrototypeOf(_browserSession) as BidiSession;
  const { send } = session;
  session.send = function (this: BidiSession, method, params) {
    return method === UNKNOWN_COMMAND ? Promise.resolve({}) : send.call(this, method, params);
  };
}
