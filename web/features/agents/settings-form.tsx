'use client';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { list } from '../../ui/list.ts';
import { useSetResilience } from './queries.ts';
import styles from './resilience.module.css';
import { byGroup, type Draft, readDraft, type SettingField, type SettingTarget } from './settings-model.ts';

interface FieldProps {
  field: SettingField;
  value: string;
  changed: boolean;
  problem: string | undefined;
  onChange: (text: string) => void;
}

function Field({ field, value, changed, problem, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className={styles.setting}>
      <label htmlFor={id} className={changed ? 'ink1 strong' : 'ink2'}>
        {field.title}
      </label>
      <div className={styles.settingValue}>
        <input
          id={id}
          className={list.field}
          inputMode="numeric"
          autoComplete="off"
          value={value}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-about`}
          onChange={(e) => onChange(e.target.value)}
        />
        <span className="ink2">{field.unit}</span>
      </div>
      {problem === undefined ? (
        <small id={`${id}-about`} className="ink3">
          {field.about}
        </small>
      ) : (
        <small id={`${id}-about`} className="failing" role="alert">
          {problem}
        </small>
      )}
    </div>
  );
}

/** The settings of one peer or pool, saved on all instances of the service while they run. */
export function SettingsForm({ service, target }: { service: string; target: SettingTarget }) {
  const [draft, setDraft] = useState<Draft>({});
  const { mutate, isPending, error, isSuccess, reset } = useSetResilience(service);
  const { problems, settings } = readDraft(target, draft);
  const changes = Object.keys(settings).length;
  const wrong = Object.keys(problems).length > 0;
  const type = (key: string, text: string) => {
    reset();
    setDraft({ ...draft, [key]: text });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const change = { kind: target.kind, name: target.name, settings };
    if (!wrong && changes > 0) mutate(change, { onSuccess: () => setDraft({}) });
  };
  return (
    <form className={styles.settings} onSubmit={submit} aria-label={`Settings of ${target.name}`} noValidate>
      {byGroup(target.fields).map(([group, fields]) => (
        <fieldset key={group}>
          <legend>{group}</legend>
          {fields.map((field) => (
            <Field
              key={field.key}
              field={field}
              value={draft[field.key] ?? String(target.values[field.key] ?? '')}
              changed={settings[field.key] !== undefined}
              problem={problems[field.key]}
              onChange={(text) => type(field.key, text)}
            />
          ))}
        </fieldset>
      ))}
      {target.differs.length > 0 ? (
        <p className="degraded">Other values on {target.differs.join(', ')}; what is saved is set on all.</p>
      ) : null}
      <div className={styles.settingActions}>
        <Button type="submit" variant="primary" disabled={isPending || wrong || changes === 0}>
          {isPending ? 'Saving' : 'Save'}
        </Button>
        <Button disabled={isPending || Object.keys(draft).length === 0} onClick={() => setDraft({})}>
          Undo
        </Button>
        <span className="ink2" role="status">
          {savedWords(changes, isSuccess)}
        </span>
      </div>
      {error ? <ErrorNote error={error} /> : null}
    </form>
  );
}

function savedWords(changes: number, saved: boolean): string {
  if (changes > 0) return changes === 1 ? 'One change, not saved' : `${changes} changes, not saved`;
  return saved ? 'Saved; in force on all instances' : '';
}
