import { useQuery } from '@tanstack/react-query';
import { centresQuery } from '../api/pagination.ts';
import { catalogQuery } from '../api/queries.ts';
import { useLanguage } from '../language/language.tsx';
import { Field, Select } from '../parts/field.tsx';
import { TEAM } from '../texts/team.ts';

interface AgencyFieldProps {
  id: string;
  value: string;
  onChange: (agency: string) => void;
  error: string | undefined;
}

/** The agency of an agency clerk. Agencies are the same at every centre. */
export function AgencyField({ id, value, onChange, error }: AgencyFieldProps) {
  const { t } = useLanguage();
  const centres = useQuery(centresQuery);
  const code = centres.data?.find(({ status }) => status === 'active')?.code ?? '';
  const catalog = useQuery(Object.assign({ enabled: code !== '' }, catalogQuery(code)));
  const options = (catalog.data?.agencies ?? []).map(({ name, displayName }) => ({
    value: name,
    label: t(displayName),
  }));
  return (
    <Field id={id} label={t(TEAM.agency)} error={error}>
      <Select value={value} onChange={onChange} empty={t(TEAM.choose)} options={options} />
    </Field>
  );
}
