import type { Page } from 'playwright-core';

/** A keyboard user that counts keys and screens. */
export class KeyboardUser {
  readonly page: Page;
  keys = 0;
  /** Titles of the visited screens, in order. */
  readonly screens: string[] = [];

  readonly #reached: (screen: string) => unknown;
  readonly #pauseMs: number;

  /**
   * @param reached called on each screen with its title; throwing ends the journey
   * @param pauseMs time before each key or text, as a person reads and thinks
   */
  constructor(page: Page, reached: (screen: string) => unknown = () => {}, pauseMs = 0) {
    this.page = page;
    this.#reached = reached;
    this.#pauseMs = pauseMs;
  }

  /** Presses a key or chord; each key of a chord counts. */
  async press(chord: string): Promise<void> {
    this.keys += chord.split('+').length;
    if (this.#pauseMs > 0) await this.page.waitForTimeout(this.#pauseMs);
    await this.page.keyboard.press(chord);
  }

  /** Types text; `counted` is false for required form content. */
  async type(text: string, { counted = true } = {}): Promise<void> {
    if (counted) this.keys += text.length;
    if (this.#pauseMs > 0) await this.page.waitForTimeout(this.#pauseMs);
    await this.page.keyboard.type(text);
  }

  /** Waits for a screen by its title. */
  async waitForScreen(title: string | RegExp): Promise<void> {
    const heading = this.page.getByRole('heading', { level: 1, name: title });
    await heading.waitFor();
    const found = await heading.innerText();
    this.screens.push(found);
    await this.#reached(found);
  }

  /** Tabs until a control of this name has the focus. */
  async tabTo(name: RegExp): Promise<void> {
    for (let steps = 0; steps < 30; steps += 1) {
      if (name.test(await this.page.evaluate(focusedText))) return;
      await this.press('Tab');
    }
    throw new Error(`The focus does not come to ${name}.`);
  }
}

/** Returns the label of the focused element, else its text. */
function focusedText(): string {
  const element = document.activeElement as HTMLInputElement | null;
  return element?.labels?.[0]?.innerText ?? element?.innerText ?? '';
}

/**
 * Files an extract of the population register for a known person, starting at the queue.
 * @param searchText start of the person's name
 */
export async function fileForKnownPerson(user: KeyboardUser, searchText: string): Promise<void> {
  const { page } = user;
  await user.press('n');
  await user.waitForScreen('Ce serviciu cere persoana?');
  await user.type('adev');
  await page.getByRole('option').first().waitFor();
  await user.press('Enter');
  await user.waitForScreen('Cine cere serviciul?');
  await user.type(searchText);
  await page.getByText('Persoane cunoscute aici').waitFor();
  // Of several people none is preselected; the newest is the first.
  if ((await page.locator('button[data-chosen]').count()) === 0) await user.press('ArrowDown');
  await user.press('Enter');
  await page.waitForFunction(() =>
    [...document.querySelectorAll('input')].some(({ value }) => /^\d{13}$/.test(value.replaceAll(' ', ''))),
  );
  await user.press('Control+Enter');
  await user.waitForScreen('Ce se cere?');
  await user.press('Space');
  await user.press('Control+Enter');
  await user.waitForScreen('Ce acte a adus persoana?');
  await user.press('Space');
  await user.press('Control+Enter');
  await user.waitForScreen('Ce termen și cost alege persoana?');
  await user.press('1');
  await user.press('9');
  await user.press('Control+Enter');
  await user.waitForScreen('Persoana împuternicește centrul');
  await user.press('Enter');
  await user.waitForScreen(/Verificați|verific/i);
  await user.press('Space');
  await user.press('Control+Enter');
  await user.waitForScreen('Cererea a fost depusă');
}

/** Hands a result over to the applicant, whose need it met, starting at the application. */
export async function handOverResult(user: KeyboardUser, documentNumber: string): Promise<void> {
  await user.press('h');
  await user.waitForScreen('Înmânarea rezultatului');
  await user.page.getByLabel('Seria și numărul').waitFor();
  await user.type(documentNumber);
  for (const key of ['Tab', 'Space', 'Tab', 'Space', 'Control+Enter']) await user.press(key);
  await user.waitForScreen('Înmânat și închis');
}
