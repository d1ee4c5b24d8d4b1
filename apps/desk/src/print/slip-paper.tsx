import type { Application, Notice, Registry } from '../api/types.ts';
import { settingOf } from './named.ts';
import { NumberBox, Paper, Quote } from './paper.tsx';

interface SlipParts {
  notice: Notice;
  application: Application;
  registry: Registry;
}

/**
 * What a notice says to a person whom no mail reaches: the words of the platform, in the language in which it wrote them. Who prints it
 * reads its slip first (`GET …/slip`): by that the platform knows that it was printed.
 */
export function SlipPaper({ notice, application, registry }: SlipParts) {
  const { language, subject = '', text = '' } = notice;
  const setting = settingOf(registry, application);
  setting.language = language;
  return (
    <Paper setting={setting} title={<span lang={language}>{subject}</span>}>
      <div lang={language}>
        {text.split('\n\n').map((part, i) => (
          <SlipPart key={i} part={part} trackingNumber={application.trackingNumber} />
        ))}
      </div>
    </Paper>
  );
}

/** Before each line of words of others. */
const QUOTE = '> ';

function SlipPart({ part, trackingNumber }: { part: string; trackingNumber: string | undefined }) {
  const lines = part.split('\n');
  if (trackingNumber && lines[0]?.endsWith(`: ${trackingNumber}`)) {
    const label = lines[0].slice(0, -`: ${trackingNumber}`.length);
    return (
      <NumberBox label={label} number={trackingNumber}>
        <Lines lines={lines.slice(1)} />
      </NumberBox>
    );
  }
  const quoted = lines.filter((line) => line.startsWith(QUOTE)).map((line) => line.slice(QUOTE.length));
  return (
    <>
      <Lines lines={lines.filter((line) => !line.startsWith(QUOTE))} />
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
