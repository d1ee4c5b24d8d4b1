import type { Application, Notice, Catalog } from '../api/types.ts';
import { toPrintoutSetting } from './catalog-lookups.ts';
import { NumberBox, Printout, Quote } from './printout.tsx';

interface SlipPrintoutProps {
  notice: Notice;
  application: Application;
  catalog: Catalog;
}

/**
 * A notice for an applicant without email, in the language of the notice. The caller reads its slip first (`GET
 * …/slip`), which records it as printed.
 */
export function SlipPrintout({ notice, application, catalog }: SlipPrintoutProps) {
  const { language = 'ro', subject = '', text = '' } = notice;
  const setting = toPrintoutSetting(catalog, application);
  setting.language = language;
  return (
    <Printout isSlip setting={setting} title={<span lang={language}>{subject}</span>}>
      <div lang={language}>
        {text.split('\n\n').map((paragraph, i) => (
          <SlipParagraph key={i} paragraph={paragraph} trackingNumber={application.trackingNumber} />
        ))}
      </div>
    </Printout>
  );
}

/** Marks quoted lines. */
const QUOTE_PREFIX = '> ';

function SlipParagraph({ paragraph, trackingNumber }: { paragraph: string; trackingNumber: string | undefined }) {
  const lines = paragraph.split('\n');
  if (trackingNumber && lines[0]?.endsWith(`: ${trackingNumber}`)) {
    const label = lines[0].slice(0, -`: ${trackingNumber}`.length);
    return (
      <NumberBox label={label} number={trackingNumber}>
        <Lines lines={lines.slice(1)} />
      </NumberBox>
    );
  }
  const quoted = lines.filter((line) => line.startsWith(QUOTE_PREFIX)).map((line) => line.slice(QUOTE_PREFIX.length));
  return (
    <>
      <Lines lines={lines.filter((line) => !line.startsWith(QUOTE_PREFIX))} />
      {quoted.length > 0 && (
        <Quote>
          <Lines lines={quoted} />
        </Quote>
      )}
    </>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <p>
      {lines.map((line, i) => (
        <span key={i}>
          {i > 0 && <br />}
          {line}
        </span>
      ))}
    </p>
  );
}
