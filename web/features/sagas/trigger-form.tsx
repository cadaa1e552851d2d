'use client';
import { SagaStartInput } from '@stormglass/agents/contract';
import { type FormEvent, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { list } from '../../ui/list.ts';
import { Panel, Section } from '../../ui/panel.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { useTriggerSaga } from './queries.ts';
import styles from './sagas.module.css';

const SHOWN = 12;

/** What the form holds as an input, or what is wrong with it in words. */
export function readForm(
  form: FormData,
): { ok: true; input: SagaStartInput } | { ok: false; problem: string } {
  const failAt = String(form.get('failAt') ?? '');
  const mode = String(form.get('mode') ?? '');
  const parsed = SagaStartInput.safeParse({
    ...(mode === '' ? {} : { mode }),
    amount: Number(form.get('amount')),
    count: Number(form.get('count')),
    ...(failAt === '' ? {} : { failAt }),
  });
  if (parsed.success) return { ok: true, input: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, problem: `${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? 'cannot be read'}` };
}

function Fields() {
  return (
    <>
      <label className={list.label}>
        Amount, major units
        <input
          name="amount"
          type="number"
          min="0.01"
          max="100000"
          step="0.01"
          defaultValue="84.90"
          className={list.field}
        />
      </label>
      <label className={list.label}>
        Mode
        <select name="mode" defaultValue="orchestrated" className={list.field}>
          <option value="orchestrated">orchestrated: one service leads</option>
          <option value="choreographed">choreographed: services answer to events</option>
        </select>
      </label>
      <label className={list.label}>
        Fail at
        <select name="failAt" defaultValue="" className={list.field}>
          <option value="">nowhere: it succeeds</option>
          <option value="reserve">reserve: nothing to undo</option>
          <option value="charge">charge: undoes reserve</option>
          <option value="ship">ship: undoes charge and reserve</option>
        </select>
      </label>
      <label className={list.label}>
        How many at once
        <input
          name="count"
          type="number"
          min="1"
          max="500"
          step="1"
          defaultValue="1"
          className={list.field}
        />
      </label>
    </>
  );
}

/** Triggers one or many sagas in the service which offers it, and links to each. */
export function TriggerPanel({ close }: { close: () => void }) {
  const trigger = useTriggerSaga();
  const [problem, setProblem] = useState('');
  const submit = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const read = readForm(new FormData(e.currentTarget));
    setProblem(read.ok ? '' : read.problem);
    if (read.ok) trigger.mutate(read.input);
  };
  const started = trigger.data?.sagas ?? [];
  return (
    <Panel
      label="Trigger"
      title="Trigger a saga"
      subtitle="real orders, through the real services"
      onClose={close}
    >
      <section aria-label="Trigger a saga">
        <form className={styles.form} onSubmit={submit}>
          <Fields />
          <Button type="submit" variant="primary" disabled={trigger.isPending}>
            {trigger.isPending ? 'Starting' : 'Trigger'}
          </Button>
          {problem === '' ? null : (
            <p className="failing cap" role="alert">
              {problem}
            </p>
          )}
          {trigger.error ? <ErrorNote error={trigger.error} /> : null}
        </form>
        {started.length > 0 ? (
          <Section title="Started" aside={`${started.length} by ${trigger.data?.service ?? ''}`}>
            <ul className={styles.started} style={{ padding: 0 }} aria-live="polite">
              {started.slice(0, SHOWN).map((s) => (
                <li key={s.sagaId}>
                  <RangeLink href={`/sagas/${s.sagaId}`}>
                    <span className="mono">{s.sagaId}</span>
                  </RangeLink>
                  <span className="ink3 cap">{s.orderId}</span>
                </li>
              ))}
              {started.length > SHOWN ? (
                <li className="ink3">{started.length - SHOWN} more in the list</li>
              ) : null}
            </ul>
          </Section>
        ) : null}
      </section>
    </Panel>
  );
}
