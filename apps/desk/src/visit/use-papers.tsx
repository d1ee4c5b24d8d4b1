import { useMemo } from 'react';
import type { Application, PublicService } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { ApplicationPaper } from '../print/application-paper.tsx';
import { BringThisPaper, MissingPaper } from '../print/list-papers.tsx';
import { printPaper, usePaper } from '../print/printing.tsx';
import { ReceiptPaper } from '../print/receipt-paper.tsx';
import { useSignedIn } from '../session/session.tsx';
import { asFiled } from './as-filed.ts';
import { useFilling } from './filling.tsx';
import { isOpenHere } from './model/finding.ts';
import { textOf } from './model/typed.ts';
import { labelOf } from './words.ts';

/** The papers of a visit: each screen has the one that is of use there, and Ctrl+P prints it. */

/** What to bring, for who comes back later; in the language of the person as far as it is known. */
export function useBringThis(service: PublicService | undefined): (() => void) | undefined {
  const { registry, typed } = useFilling();
  const { session } = useSignedIn();
  const { language } = useLanguage();
  const theirs = (textOf(typed, '/applicant/language') || language) as typeof language;
  const version = service && isOpenHere(service) ? service.version : undefined;
  const paper = useMemo(() => {
    const { displayName: centre, timeZone } = registry.centre;
    const setting = { centre, timeZone, language: theirs, training: session.training };
    return version && (() => <BringThisPaper version={version} registry={registry} setting={setting} />);
  }, [version, registry, theirs, session.training]);
  const print = usePaper(paper);
  return paper && print;
}

/** The application to sign, as it is checked. */
export function useToSign(): () => void {
  const filling = useFilling();
  const { session } = useSignedIn();
  const { registry } = filling;
  return usePaper(() => (
    <ApplicationPaper filed={asFiled(filling, session)} registry={registry} specialist={session.operator.displayName} />
  ));
}

/** The receipt with its number, and the application that was filed. */
export function useReceipt(application: Application): { receipt: () => void; toSign: () => void } {
  const { registry } = useFilling();
  const { session } = useSignedIn();
  const paper = useMemo(
    () => () => <ReceiptPaper application={application} registry={registry} />,
    [application, registry],
  );
  const specialist = session.operator.displayName;
  return {
    receipt: usePaper(paper),
    toSign: () => void printPaper(<ApplicationPaper filed={application} registry={registry} specialist={specialist} />),
  };
}

/** What is missing, for a visit that is put aside; nothing where nobody was named or nothing is missing. */
export function useMissing(): () => Promise<void> {
  const filling = useFilling();
  const { session } = useSignedIn();
  return async () => {
    const { lacks, service, registry, content } = filling;
    if (!service || !content.applicant?.familyName || lacks.length === 0) return;
    const items = lacks.map(({ at }) => ({ key: at, words: labelOf(at, service) }));
    await printPaper(<MissingPaper application={asFiled(filling, session)} registry={registry} items={items} />);
  };
}
