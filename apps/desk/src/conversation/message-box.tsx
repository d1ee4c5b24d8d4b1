import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { MAX_MESSAGE_LENGTH } from '@cups/application';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextArea } from '../parts/field.tsx';
import { CONVERSATION } from '../texts/conversation.ts';

interface MessageBoxProps {
  label: string;
  text: string;
  onChange: (text: string) => void;
  onSend: () => void;
  busy: boolean;
  errorText: string;
}

/** The box for a message, with its counter. Ctrl+Enter sends it while the box has the focus. */
export function MessageBox({ label, text, onChange, onSend, busy, errorText }: MessageBoxProps) {
  const { t } = useLanguage();
  const [hasFocus, setHasFocus] = useState(false);
  const isEmpty = text.trim() === '';
  const sendByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !event.ctrlKey) return;
    // The main button of the screen has the same keys.
    event.preventDefault();
    if (!isEmpty && !busy && !event.repeat) onSend();
  };
  return (
    <form data-own-main onSubmit={(event) => (event.preventDefault(), isEmpty || onSend())}>
      <Field
        label={label}
        error={errorText}
        help={text && t(CONVERSATION.left, { n: text.length, max: MAX_MESSAGE_LENGTH })}
      >
        <TextArea
          value={text}
          onChange={onChange}
          onKeyDown={sendByKey}
          onFocus={() => setHasFocus(true)}
          onBlur={() => setHasFocus(false)}
          maxLength={MAX_MESSAGE_LENGTH}
        />
      </Field>
      {!isEmpty && (
        <Button
          type="submit"
          variant="text"
          cap={hasFocus ? 'Ctrl+Enter' : undefined}
          busy={busy}
          busyText={t(CONVERSATION.sending)}
        >
          {t(CONVERSATION.send)}
        </Button>
      )}
    </form>
  );
}
