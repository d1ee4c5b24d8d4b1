import { describe, expect, test } from '@jest/globals';
import { LANGUAGES } from '../src/domain/language.ts';
import { renderSlip } from '../src/domain/slip.ts';
import { quoteLines, renderNotice } from '../src/domain/templates.ts';
import { templateData, recipient } from './fixtures.ts';

describe('renderSlip', () => {
  const slip = (more: object = {}) =>
    renderSlip({
      language: 'ro',
      ...renderNotice('application-submitted', 'ro', templateData, recipient),
      trackingNumber: recipient.trackingNumber,
      date: '09.03.2026',
      ...more,
    });
  test('renders one A4 page in the language of the applicant', () => {
    expect(slip()).toMatch(/^<!doctype html>\n<html lang="ro">/);
    expect(slip()).toContain('@page { size: A4;');
  });
  test('shows the tracking number once, large', () => {
    expect(slip().split('ABCD-EFGH-JKMN-PX')).toHaveLength(2);
    expect(slip()).toContain('<p class="number">ABCD-EFGH-JKMN-PX</p>');
  });
  test('contains no external assets or scripts', () =>
    expect(slip()).not.toMatch(/https?:|<script|<link|<img|url\(|@import|\bon\w+=/));
  test('shows only texts of the agency as quotations, escaped', () => {
    const letter = renderNotice(
      'application-rejected',
      'ro',
      { ...templateData, agencyText: quoteLines(['Nu.', '– <b>act</b>', '']) },
      recipient,
    );
    expect(slip(letter)).toContain(
      '<p>Motivul indicat de instituție:</p>\n<blockquote>Nu.<br>– &#60;b&#62;act&#60;/b&#62;</blockquote>',
    );
    expect(slip().match(/<blockquote>/)).toBeNull();
  });
  test('escapes names, titles and texts of the agency', () => {
    const evil = `<script>alert("x")</script>' onload='x' &lt;img src=x onerror=alert(1)>`;
    for (const language of LANGUAGES) {
      const letter = renderNotice(
        'application-rejected',
        language,
        { ...templateData, service: evil, centre: evil, agencyText: evil },
        {
          name: evil,
          trackingNumber: evil,
          training: false,
        },
      );
      const html = slip({ ...letter, language, subject: evil, trackingNumber: evil, date: evil });
      expect(html).not.toMatch(/<script|<img|alert\("x/);
      const tags = new Set([...html.matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, tag]) => tag));
      for (const tag of tags)
        expect(
          '!doctype html head meta title style body main header span h1 p section h2 footer br blockquote'.split(' '),
        ).toContain(tag);
    }
  });
});
