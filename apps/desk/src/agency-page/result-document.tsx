import { useEffect, useRef, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { FileText, FileUp } from 'lucide-react';
import { DOCUMENT_REFUSAL_TEXTS, REASON_TEXTS } from '@cups/application/texts';
import type { DocumentRefusal } from '@cups/application/texts';
import { ApiError, isTransient } from '../api/client.ts';
import documentStyles from '../documents/documents.module.css';
import { FileRejected, prepareFiles } from '../documents/prepare-file.ts';
import type { PreparedFile } from '../documents/prepare-file.ts';
import { formatBytes } from '../documents/scan-state.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { FieldError } from '../parts/field.tsx';
import { AGENCY_DOCUMENTS } from '../texts/agency-documents.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import { SESSION } from '../texts/session.ts';
import { agencyDocumentQuery, startUpload } from './agency-documents-api.ts';
import type { Upload } from './agency-documents-api.ts';
import { OpenDocument } from './open-document.tsx';
import type { ResultFile } from './reply-model.ts';

/** What the platform accepts as a document of a result. */
const ACCEPTED = '.pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png';

interface ResultDocumentFieldProps {
  /** Last part of deliveries/{id}. */
  delivery: string;
  value: ResultFile | undefined;
  onChange: (value: ResultFile | undefined) => void;
  /** Shown while the reply cannot be sent because of the file. */
  error: string | undefined;
}

/** The document of the result: chosen, uploaded and checked before the decision names it. */
export function ResultDocumentField({ delivery, value, onChange, error }: ResultDocumentFieldProps) {
  const { t } = useLanguage();
  const files = useRef<HTMLInputElement>(null);
  const upload = useResultUpload(delivery, onChange);
  const choose = () => files.current?.click();
  return (
    <div className={documentStyles.panel} role="group" aria-label={t(AGENCY_DOCUMENTS.title)}>
      <input
        ref={files}
        type="file"
        hidden
        accept={ACCEPTED}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) void upload.add(file);
          // The same file can be chosen again.
          target.value = '';
        }}
      />
      {value === undefined && (
        <div className={documentStyles.empty}>
          <Button icon={FileUp} onClick={choose}>
            {t(AGENCY_DOCUMENTS.attach)}
          </Button>
          <p className={documentStyles.hint}>{t(AGENCY_DOCUMENTS.formats)}</p>
        </div>
      )}
      {value && <ResultFileRow delivery={delivery} value={value} onChange={onChange} {...upload} />}
      {(upload.errorText || error) && <FieldError>{upload.errorText || error}</FieldError>}
    </div>
  );
}

interface ResultFileRowProps extends Omit<ResultDocumentFieldProps, 'error'> {
  value: ResultFile;
  sentBytes: number;
  retry: (() => void) | undefined;
  remove: () => void;
}

/** The chosen file, with its progress until the check has ended. */
function ResultFileRow({ delivery, value, onChange, sentBytes, retry, remove }: ResultFileRowProps) {
  const { t, language } = useLanguage();
  const { id = '', state, name, size } = value;
  const query = useQuery({ ...agencyDocumentQuery(delivery, id), enabled: id !== '' });
  const checked = query.data?.state;
  useEffect(() => {
    if (checked && checked !== 'coming' && checked !== state) onChange({ ...value, state: checked });
  });
  const refusal = query.data?.refusal as DocumentRefusal | undefined;
  const text = () => {
    if (state === 'available') return formatBytes(size, language);
    if (state === 'refused') return t((refusal && DOCUMENT_REFUSAL_TEXTS[refusal]) ?? DOCUMENTS.refused);
    if (state === 'coming') return t(DOCUMENTS.checking);
    const sizes = { sent: formatBytes(sentBytes, language), all: formatBytes(size, language) };
    return `${t(DOCUMENTS.sending)}: ${t(DOCUMENTS.sentOf, sizes)}`;
  };
  return (
    <ul className={documentStyles.list}>
      <li>
        <FileText size={18} aria-hidden="true" />
        <div>
          <span>{name}</span>
          <p role="status" className={state === 'refused' ? documentStyles.bad : documentStyles.quiet}>
            {text()}
          </p>
          {state === 'sending' && <progress value={sentBytes} max={size} aria-label={t(DOCUMENTS.sending)} />}
        </div>
        {state === 'available' && query.data && (
          <OpenDocument delivery={delivery} document={query.data} title={t(AGENCY_DOCUMENTS.title)} />
        )}
        {retry && (
          <Button variant="text" onClick={retry}>
            {t(AGENCY_DOCUMENTS.retry)}
          </Button>
        )}
        <Button variant="text" onClick={remove}>
          {t(AGENCY_DOCUMENTS.remove)}
        </Button>
      </li>
    </ul>
  );
}

/** Uploads the chosen file. A repeat uses the same key: the platform has it once. */
function useResultUpload(delivery: string, onChange: ResultDocumentFieldProps['onChange']) {
  const { t } = useLanguage();
  const [sentBytes, setSentBytes] = useState(0);
  const [errorText, setErrorText] = useState('');
  const [failed, setFailed] = useState<{ send: () => void }>();
  const running = useRef<Upload>(undefined);
  useEffect(() => () => running.current?.stop(), []);

  async function send(file: PreparedFile, name: string, key: string): Promise<void> {
    const chosen = { name, size: file.content.size };
    onChange({ ...chosen, state: 'sending' });
    setErrorText('');
    setFailed(undefined);
    setSentBytes(0);
    const upload = startUpload(delivery, file, key, setSentBytes);
    running.current = upload;
    try {
      const { id, state } = await upload.done;
      if (running.current === upload) onChange({ ...chosen, id, state });
    } catch (error) {
      if (running.current !== upload) return;
      setErrorText(t(error instanceof ApiError ? REASON_TEXTS[error.reason] : SESSION.silent));
      if (isTransient(error)) setFailed({ send: () => void send(file, name, key) });
      else onChange(undefined);
    }
  }

  return {
    sentBytes,
    errorText,
    retry: failed?.send,
    async add(chosen: File): Promise<void> {
      try {
        await send(await prepareFiles([chosen]), chosen.name, crypto.randomUUID());
      } catch (error) {
        if (!(error instanceof FileRejected)) throw error;
        setErrorText(t(DOCUMENT_REFUSAL_TEXTS[error.cause]));
      }
    },
    remove() {
      const upload = running.current;
      running.current = undefined;
      upload?.stop();
      setErrorText('');
      setFailed(undefined);
      onChange(undefined);
    },
  };
}
