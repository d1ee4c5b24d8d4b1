import { useQuery } from '@tanstack/react-query';
import { centresRead } from '../api/pages.ts';
import { registryRead } from '../api/reads.ts';
import { useLanguage } from '../language/language.tsx';
import { Field, Select } from '../parts/field.tsx';
import { TEAM } from '../texts/team.ts';

interface AgencyFieldProps {
  id: string;
  value: string;
  onChange: (agency: string) => void;
  error: string | undefined;
}

/** The agency of a clerk. Agencies are the same at every centre. */
export function AgencyField({ id, value, onChange, error }: AgencyFieldProps) {
  const { t } = useLanguage();
  const centres = useQuery(centresRead);
  const code = centres.data?.find(({ status }) => status === 'active')?.code ?? '';
  const registry = useQuery(Object.assign({ enabled: code !== '' }, registryRead(code)));
  const options = (registry.data?.agencies ?? []).map(({ name, displayName }) => ({
    value: name,
    says: t(displayName),
  }));
  return (
    <Field id={id} label={t(TEAM.agency)} error={error}>
      <Select value={value} onChange={onChange} empty={t(TEAM.choose)} options={options} />
    </Field>
  );
}
