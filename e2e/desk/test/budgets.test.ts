import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { open } from '../desk.ts';
import { applicant, file } from '../filings.ts';
import { fileForKnown, Hand } from '../hand.ts';
import { wireOf } from '../wire.ts';

/** What the page costs on a slow line, as the browser counts it through the gateway. */

const KB = 1_000;

async function openQueue(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  await page.getByText('Nimic de făcut acum.').or(page.locator('[data-row]').first()).waitFor();
}

test('Until the queue can be worked with at most 200 KB come, and at most 20 KB on a repeat visit.', async () => {
  const page = await open({ path: 'about:blank', operator: 'cu-001-specialist' });
  const wire = await wireOf(page);
  await openQueue(page);
  // The registry is for the screens after this one.
  const first = wire.came('/') - wire.came('/api/v1/registry');
  expect(first).toBeLessThan(200 * KB);
  // The page, its font and its programs: were they not counted, this would be less.
  expect(first).toBeGreaterThan(100 * KB);
  expect(wire.of('/api/v1/queue')).toBeGreaterThan(0);
  // What the other screens need comes when this one is there.
  await wire.quiet();
  expect(wire.came('/')).toBeGreaterThan(first);

  await page.goto('about:blank');
  wire.reset();
  await openQueue(page);
  await wire.quiet();
  expect(wire.came('/')).toBeLessThan(20 * KB);
  expect(wire.came('/')).toBeGreaterThan(1 * KB);
});

test('A whole application without papers costs at most 50 KB over the wire, both ways.', async () => {
  await file({ content: { applicant: applicant('Vrabie'), contact: { none: true } } });
  const page = await open({ operator: 'cu-001-specialist' });
  const wire = await wireOf(page);
  await openQueue(page);
  await wire.quiet();
  wire.reset();
  await fileForKnown(new Hand(page), 'Vrab');
  await wire.quiet();
  // Programs of the screens come once and are kept.
  expect(wire.of('/api/')).toBeLessThan(50 * KB);
  expect(wire.of('/api/')).toBeGreaterThan(5 * KB);
});

test('The page of a citizen comes in at most 120 KB.', async () => {
  const page = await open({ path: 'about:blank' });
  const wire = await wireOf(page);
  await page.goto('/t');
  await wire.quiet();
  expect(wire.came('/')).toBeLessThan(120 * KB);
});
