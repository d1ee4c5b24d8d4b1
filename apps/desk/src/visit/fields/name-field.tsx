import { Check, TriangleAlert } from 'lucide-react';
import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { TextInput } from '../../parts/field.tsx';
import { FIELDS } from '../../texts/visit-fields.ts';
import { useFieldForm } from '../field-form.ts';
import { hasCyrillic, normalizeName } from '../inputs/names.ts';
import { transliterateName } from '../inputs/transliteration.ts';
import { isSpellingConfirmed, spellingPointer } from '../model/name-spelling.ts';
import { BoundField, useFieldControl } from './fields.tsx';
import type { FieldBinding } from './fields.tsx';
import styles from './fields.module.css';

/** A name as on the identity card. Normalizes capitals on blur, and asks about Cyrillic letters. */
export function NameField(binding: FieldBinding) {
  const { value, error, onChange, onLeave } = useFieldControl(binding.pointer);
  const isCyrillic = hasCyrillic(value);
  return (
    <div className={styles.name}>
      <BoundField binding={binding} error={error} echo={isCyrillic && !error && <Spelling pointer={binding.pointer} />}>
        <TextInput value={value} onChange={onChange} onBlur={() => onLeave(normalizeName)} autoCapitalize="words" />
      </BoundField>
      {isCyrillic && <SpellingChoice pointer={binding.pointer} name={normalizeName(value)} />}
    </div>
  );
}

function Spelling({ pointer }: { pointer: string }) {
  const { t } = useLanguage();
  const { values } = useFieldForm();
  if (isSpellingConfirmed(values, pointer)) {
    return (
      <span className={styles.echo}>
        <Check size={18} aria-hidden="true" />
        {t(FIELDS.spellingConfirmed)}
      </span>
    );
  }
  return (
    <span className={styles.warning}>
      <TriangleAlert size={18} aria-hidden="true" />
      {t(FIELDS.cyrillicAsk)}
    </span>
  );
}

/** The Latin spelling, and the one of the document. Nothing is preselected. */
function SpellingChoice({ pointer, name }: { pointer: string; name: string }) {
  const { t } = useLanguage();
  const { values, setValue } = useFieldForm();
  const latin = transliterateName(name);
  return (
    <div className={styles.spellings}>
      <Button onClick={() => setValue(pointer, latin)}>{t(FIELDS.latinSpelling, { name: latin })}</Button>
      {!isSpellingConfirmed(values, pointer) && (
        <Button onClick={() => setValue(spellingPointer(pointer), name)}>{t(FIELDS.documentSpelling)}</Button>
      )}
    </div>
  );
}
