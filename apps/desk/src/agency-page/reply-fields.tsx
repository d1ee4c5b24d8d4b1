import { RESULT_KIND_TEXTS } from '@cups/application/texts';
import { useLanguage } from '../language/language.tsx';
import { CheckBox, Choice } from '../parts/choice.tsx';
import { DayInput } from '../parts/day-input.tsx';
import { Field, FieldError, Select, TextArea, TextInput } from '../parts/field.tsx';
import type { TextTemplate } from '../api/types.ts';
import { useSignedIn } from '../session/session.tsx';
import { AGENCY_PAGE, MISSING_TEXTS } from '../texts/agency-page.ts';
import { AgencySearch } from './agency-search.tsx';
import { useAgencyCatalog } from './queries.ts';
import { textOf } from './reply-model.ts';
import type { MissingMember, ReplyForm, ReplyKind, TypedText } from './reply-model.ts';
import { ResultDocumentField } from './result-document.tsx';
import { fillTemplate } from './text-templates.ts';
import styles from './agency-page.module.css';

/** The fields of each reply, as the agency contract defines them. */

interface ReplyFieldsProps {
  kind: ReplyKind;
  /** Last part of deliveries/{id}. */
  delivery: string;
  form: ReplyForm;
  /** Members whose errors are shown. */
  missing: readonly MissingMember[];
  onChange: (changes: Partial<ReplyForm>) => void;
}

export function ReplyFields(fields: ReplyFieldsProps) {
  switch (fields.kind) {
    case 'acknowledged':
      return <ReferenceField {...fields} />;
    case 'progressed':
      return <ProgressFields {...fields} />;
    case 'documentsRequested':
      return <DocumentsFields {...fields} />;
    case 'decided':
      return <DecisionFields {...fields} />;
    case 'resultCorrected':
      return (
        <>
          <ResultFields {...fields} />
          <ReasonField {...fields} />
        </>
      );
    case 'resultRevoked':
      return <ReasonField {...fields} />;
    case 'passedOn':
      return <PassOnFields {...fields} />;
  }
}

/** Returns the error of a member that is missing. */
function useErrorOf(missing: readonly MissingMember[]): (member: MissingMember) => string | undefined {
  const { t } = useLanguage();
  return (member) => (missing.includes(member) ? t(MISSING_TEXTS[member]) : undefined);
}

function ReferenceField({ form, missing, onChange }: ReplyFieldsProps) {
  const { t } = useLanguage();
  const errorOf = useErrorOf(missing);
  return (
    <Field label={t(AGENCY_PAGE.reference)} error={errorOf('agencyReference')}>
      <TextInput
        value={form.agencyReference}
        maxLength={100}
        onChange={(agencyReference) => onChange({ agencyReference })}
        focusOnMount
      />
    </Field>
  );
}

function ProgressFields({ form, missing, onChange }: ReplyFieldsProps) {
  const { t } = useLanguage();
  const errorOf = useErrorOf(missing);
  return (
    <>
      <Field label={t(AGENCY_PAGE.note)} error={errorOf('note') ?? errorOf('noteMarks')}>
        <TextArea value={form.note} maxLength={2_000} onChange={(note) => onChange({ note })} />
      </Field>
      <Field
        label={t(AGENCY_PAGE.expectedDecision)}
        mark={t(AGENCY_PAGE.optional)}
        help={t(AGENCY_PAGE.expectedDecisionHelp)}
        error={errorOf('expectedDecisionDate')}
      >
        <DayInput
          value={form.expectedDecisionDate}
          onChange={(expectedDecisionDate) => onChange({ expectedDecisionDate })}
        />
      </Field>
    </>
  );
}

function DocumentsFields(fields: ReplyFieldsProps) {
  const { form, missing, onChange } = fields;
  const { t } = useLanguage();
  const { evidenceKinds = [], ownEvidenceKinds = [] } = useAgencyCatalog() ?? {};
  const errorOf = useErrorOf(missing);
  const { documents } = form;
  // An agency without services of its own has only applications that others passed on.
  const offered = ownEvidenceKinds.length === 0 ? evidenceKinds : evidenceKinds.filter(isIn(ownEvidenceKinds));
  const toggle = (kind: string, isOn: boolean) =>
    onChange({ documents: isOn ? [...documents, kind] : documents.filter((other) => other !== kind) });
  return (
    <>
      <fieldset>
        <legend>{t(AGENCY_PAGE.documents)}</legend>
        {offered.map(({ kind, title }) => (
          <CheckBox key={kind} checked={documents.includes(kind)} onChange={(isOn) => toggle(kind, isOn)}>
            {t(title)}
          </CheckBox>
        ))}
        {errorOf('documents') && <FieldError>{errorOf('documents')}</FieldError>}
      </fieldset>
      <Field label={t(AGENCY_PAGE.answerBy)} error={errorOf('answerBy')}>
        <DayInput value={form.answerBy} onChange={(answerBy) => onChange({ answerBy })} />
      </Field>
      <ReplyText label={t(AGENCY_PAGE.message)} {...fields} isOptional />
    </>
  );
}

const isIn =
  (kinds: readonly string[]) =>
  ({ kind }: { kind: string }): boolean =>
    kinds.includes(kind);

function DecisionFields(fields: ReplyFieldsProps) {
  const { t } = useLanguage();
  const { form, missing, onChange } = fields;
  const errorOf = useErrorOf(missing);
  return (
    <>
      <Choice
        label={t(AGENCY_PAGE.outcome)}
        options={[
          { value: 'approved' as const, label: t(AGENCY_PAGE.approved) },
          { value: 'rejected' as const, label: t(AGENCY_PAGE.rejected) },
        ]}
        columns={2}
        value={form.outcome}
        onChange={(outcome) => onChange({ outcome })}
        error={errorOf('outcome')}
      />
      {form.outcome === 'approved' && <ResultFields {...fields} />}
      {form.outcome === 'rejected' && <RejectionFields {...fields} />}
    </>
  );
}

function RejectionFields(fields: ReplyFieldsProps) {
  const { t } = useLanguage();
  const { form, missing, onChange } = fields;
  const { rejectionTemplates = [], appealTemplates = [] } = useAgencyCatalog() ?? {};
  const errorOf = useErrorOf(missing);
  return (
    <>
      <TemplateField
        label={t(AGENCY_PAGE.template)}
        templates={rejectionTemplates}
        onChoose={(text) => onChange({ texts: { ...form.texts, decided: text } })}
      />
      <ReasonField {...fields} />
      <TemplateField
        label={t(AGENCY_PAGE.appealTemplate)}
        templates={appealTemplates}
        onChoose={(appealHow) => onChange({ appealHow })}
      />
      <TextFields
        label={t(AGENCY_PAGE.appealHow)}
        value={form.appealHow}
        onChange={(appealHow) => onChange({ appealHow })}
        error={errorOf('appealHow') ?? errorOf('appealMarks')}
        isOptional
      />
      <Field label={t(AGENCY_PAGE.appealUntil)} mark={t(AGENCY_PAGE.optional)}>
        <DayInput value={form.appealUntil} onChange={(appealUntil) => onChange({ appealUntil })} />
      </Field>
    </>
  );
}

function PassOnFields(fields: ReplyFieldsProps) {
  const { t } = useLanguage();
  const { operator } = useSignedIn().session;
  const { form, missing, onChange } = fields;
  const errorOf = useErrorOf(missing);
  return (
    <>
      <AgencySearch
        label={t(AGENCY_PAGE.competentAgency)}
        help={t(AGENCY_PAGE.passOnHelp)}
        error={errorOf('agency')}
        value={form.agency}
        onChange={(agency) => onChange({ agency })}
        except={operator.agency}
      />
      <ReasonField {...fields} />
    </>
  );
}

function ResultFields({ delivery, form, missing, onChange }: ReplyFieldsProps) {
  const { t } = useLanguage();
  const errorOf = useErrorOf(missing);
  const kinds = ['paper', 'electronic', 'payment'] as const;
  return (
    <>
      <Choice
        label={t(AGENCY_PAGE.resultKind)}
        variant="segments"
        options={kinds.map((value) => ({ value, label: t(RESULT_KIND_TEXTS[value]) }))}
        value={form.resultKind}
        onChange={(resultKind) => onChange({ resultKind })}
        error={errorOf('resultKind')}
      />
      <Field label={t(AGENCY_PAGE.resultNumber)} mark={t(AGENCY_PAGE.optional)}>
        <TextInput value={form.resultNumber} maxLength={100} onChange={(resultNumber) => onChange({ resultNumber })} />
      </Field>
      <div className={styles.dates}>
        <Field label={t(AGENCY_PAGE.verificationCode)} mark={t(AGENCY_PAGE.optional)}>
          <TextInput
            value={form.verificationCode}
            maxLength={100}
            onChange={(verificationCode) => onChange({ verificationCode })}
          />
        </Field>
        <Field label={t(AGENCY_PAGE.validUntil)} mark={t(AGENCY_PAGE.optional)}>
          <DayInput value={form.validUntil} onChange={(validUntil) => onChange({ validUntil })} />
        </Field>
      </div>
      <ResultDocumentField
        delivery={delivery}
        value={form.resultFile}
        onChange={(resultFile) => onChange({ resultFile })}
        error={errorOf('resultFile')}
      />
    </>
  );
}

function ReasonField(fields: ReplyFieldsProps) {
  const { t } = useLanguage();
  return <ReplyText label={t(AGENCY_PAGE.reason)} {...fields} />;
}

interface ReplyTextProps extends ReplyFieldsProps {
  label: string;
  isOptional?: boolean;
}

/** The text to the person in a reply of this kind. */
function ReplyText({ kind, form, missing, onChange, ...field }: ReplyTextProps) {
  const errorOf = useErrorOf(missing);
  return (
    <TextFields
      {...field}
      value={textOf(form, kind)}
      onChange={(text) => onChange({ texts: { ...form.texts, [kind]: text } })}
      error={errorOf('text') ?? errorOf('textMarks')}
    />
  );
}

interface TemplateFieldProps {
  label: string;
  templates: readonly TextTemplate[];
  onChoose: (text: TypedText) => void;
}

/** Fills in a text in three languages. Shows nothing without templates. */
function TemplateField({ label, templates, onChoose }: TemplateFieldProps) {
  const { t } = useLanguage();
  if (templates.length === 0) return null;
  return (
    <Field label={label} mark={t(AGENCY_PAGE.optional)}>
      <Select
        value=""
        empty={t(AGENCY_PAGE.noTemplate)}
        options={templates.map(({ code, title }) => ({ value: code, label: t(title) }))}
        onChange={(code) => {
          const template = templates.find((one) => one.code === code);
          if (template) onChoose(fillTemplate(template));
        }}
      />
    </Field>
  );
}

interface TextFieldsProps {
  label: string;
  value: TypedText;
  onChange: (value: TypedText) => void;
  error?: string | undefined;
  isOptional?: boolean;
}

/** A text for the person: Romanian, and optionally Russian and English. */
function TextFields({ label, value, onChange, error, isOptional = false }: TextFieldsProps) {
  const { t } = useLanguage();
  const area = (language: keyof TypedText, name: string, isMarked: boolean, fault?: string) => (
    <Field label={`${label} · ${name}`} mark={isMarked ? t(AGENCY_PAGE.optional) : undefined} error={fault}>
      <TextArea
        rows={2}
        lang={language}
        maxLength={2_000}
        value={value[language]}
        onChange={(text) => onChange({ ...value, [language]: text })}
      />
    </Field>
  );
  return (
    <div className={styles.texts}>
      {area('ro', t(AGENCY_PAGE.inRomanian), isOptional, error)}
      {area('ru', t(AGENCY_PAGE.inRussian), true)}
      {area('en', t(AGENCY_PAGE.inEnglish), true)}
    </div>
  );
}
