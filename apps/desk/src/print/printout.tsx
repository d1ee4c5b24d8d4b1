import { createContext, useContext } from 'react';
import type { ReactNode } from 'react';
import type { Language } from '@cups/application';
import { interpolateText } from '@cups/application/texts';
import type { LocalizedText } from '../api/types.ts';
import { PRINT } from '../texts/print.ts';
import { formatInstant } from './format-instant.ts';
import { Qr, trackingUrl } from './qr.tsx';
import styles from './printout.module.css';

/** Building blocks of printouts. Romanian comes first, the applicant's language below. */

/** Where and for whom a document is printed. */
export interface PrintoutSetting {
  /** Display name of the centre. */
  centre: string;
  timeZone: string;
  /** Language of the applicant. */
  language: Language;
  training: boolean;
  /** Printed in the header with its QR code, and in the footer of every page. */
  trackingNumber?: string | undefined;
}

const SecondLanguageContext = createContext<Language>('ro');

type Params = Readonly<Record<string, string>>;

/** The text in Romanian, and in the applicant's language if it differs. */
export function Bilingual({ message, params }: { message: LocalizedText; params?: Params }) {
  const language = useContext(SecondLanguageContext);
  // Texts of others are printed without params: braces in them stay.
  const fill = (text: string) => (params ? interpolateText(text, params) : text);
  const first = fill(message.ro ?? message.ru ?? message.en ?? '');
  const second = fill(message[language] ?? first);
  return (
    <>
      {first}
      {second !== first && (
        <span className={styles.second} lang={language}>
          {second}
        </span>
      )}
    </>
  );
}

interface PrintoutProps {
  setting: PrintoutSetting;
  title: ReactNode;
  /** A third of a sheet, to cut off. A longer text takes more. */
  isSlip?: boolean;
  children: ReactNode;
}

/** A sheet with its header and page footer. */
export function Printout({ setting, title, isSlip = false, children }: PrintoutProps) {
  const { language, training, trackingNumber } = setting;
  return (
    <SecondLanguageContext value={language}>
      <div className={isSlip ? `${styles.paper} ${styles.slip}` : styles.paper}>
        {training && <p className={styles.practice}>{trainingText(language)}</p>}
        {!isSlip && <PageFooter setting={setting} />}
        <table className={styles.sheet} role="presentation">
          <thead>
            <tr className={training ? styles.framed : undefined}>
              <td />
            </tr>
          </thead>
          <tfoot>
            <tr>
              <td />
            </tr>
          </tfoot>
          <tbody>
            <tr>
              <td>
                <header className={styles.head}>
                  <p className={styles.from}>
                    <strong>CUPS</strong>
                    {setting.centre}
                  </p>
                  {trackingNumber && (
                    <div className={styles.code}>
                      <Qr text={trackingUrl(trackingNumber)} className={styles.qr} label={trackingNumber} />
                      {trackingNumber}
                    </div>
                  )}
                </header>
                <h1>{title}</h1>
                {children}
                {isSlip && <PageFooter setting={setting} />}
              </td>
            </tr>
          </tbody>
        </table>
      </div>
    </SecondLanguageContext>
  );
}

function PageFooter({ setting: { trackingNumber, centre, timeZone } }: { setting: PrintoutSetting }) {
  const when = formatInstant(new Date().toISOString(), timeZone);
  return (
    <div className={styles.foot}>
      <span>{trackingNumber ?? centre}</span>
      <span>{interpolateText(PRINT.printed.ro, { when })}</span>
    </div>
  );
}

function trainingText(language: Language): string {
  return [...new Set([PRINT.practice.ro, PRINT.practice[language]])].join(' · ');
}

/** A label and its value; empty values are omitted. */
export type PrintoutFact = readonly [name: LocalizedText, value: ReactNode] | undefined | false | '';

/**
 * Labels and values.
 * @param isDense closer lines, for a long list beside more important content
 */
export function PrintoutFacts({
  facts,
  isDense: dense = false,
}: {
  facts: readonly PrintoutFact[];
  isDense?: boolean;
}) {
  const shownFacts = facts.filter((fact) => Boolean(fact && fact[1])) as (readonly [LocalizedText, ReactNode])[];
  return (
    <dl className={dense ? `${styles.facts} ${styles.dense}` : styles.facts}>
      {shownFacts.map(([name, value], i) => (
        <div key={i}>
          <dt>
            <Bilingual message={name} />
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Quote({ children }: { children: ReactNode }) {
  return <blockquote className={styles.quote}>{children}</blockquote>;
}

export function KeepTogether({ children }: { children: ReactNode }) {
  return <div className={styles.together}>{children}</div>;
}

/** A declaration with a line for each signature, kept on one page. */
export function SignatureLines({ lines, children }: { lines: readonly ReactNode[]; children?: ReactNode }) {
  return (
    <div className={styles.signed}>
      {children}
      <div className={styles.lines}>
        {lines.map((line, i) => (
          <div key={i}>{line}</div>
        ))}
      </div>
    </div>
  );
}

export function Subject({ children }: { children: ReactNode }) {
  return <p className={styles.subject}>{children}</p>;
}

export function LargePrint({ children }: { children: ReactNode }) {
  return <div className={styles.large}>{children}</div>;
}

export function Checklist({ items }: { items: readonly { key: string; text: LocalizedText; note?: ReactNode }[] }) {
  return (
    <ul className={styles.boxes}>
      {items.map(({ key, text, note }) => (
        <li key={key}>
          <Bilingual message={text} />
          {note && <span className={styles.note}>{note}</span>}
        </li>
      ))}
    </ul>
  );
}

interface NumberBoxProps {
  label: ReactNode;
  number: string;
  /** A QR code beside it, for the printouts whose header has none. */
  scan?: { text: string; label: string };
  children: ReactNode;
}

/** A number to copy, large and apart. */
export function NumberBox({ label, number, scan, children }: NumberBoxProps) {
  const box = (
    <>
      <p>{label}</p>
      <strong className={styles.number}>{number}</strong>
      {children}
    </>
  );
  if (!scan) return <section className={styles.boxed}>{box}</section>;
  return (
    <section className={`${styles.boxed} ${styles.scanned}`}>
      <Qr text={scan.text} className={styles.scan} label={scan.label} />
      <div>{box}</div>
    </section>
  );
}
