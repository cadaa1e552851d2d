'use client';
import { FAULT_CATALOGUE, type FaultType, rowOf, sparesTraces } from '@stormglass/agents/contract';
import { type FormEvent, useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import { list } from '../../ui/list.ts';
import { readForm } from './model.ts';
import styles from './sweep.module.css';

/** In the order of the catalogue; those that hurt everybody come only with `wide`. */
const TYPES = Object.keys(FAULT_CATALOGUE) as FaultType[];

interface Props {
  busy: string;
  pending: boolean;
  ask: (input: Record<string, unknown>) => void;
}

/** What is to be swept: minutes, faults, places. */
export function PlanForm({ busy, pending, ask }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const asked = (dry: boolean) => {
    if (form.current) ask({ ...readForm(new FormData(form.current)), dry });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    asked(false);
  };
  return (
    <form ref={form} className={styles.form} onSubmit={submit} aria-label="Sweep">
      <label className={list.label}>
        Minutes
        <input
          name="minutes"
          type="number"
          min="0.5"
          max="720"
          step="0.5"
          defaultValue="10"
          className={list.field}
        />
      </label>
      <label className={list.label}>
        Seconds a cell
        <input name="cellSeconds" type="number" min="2" max="600" defaultValue="45" className={list.field} />
      </label>
      <label className={list.label}>
        Seed
        <input name="seed" type="number" min="0" step="1" defaultValue="1" className={list.field} />
      </label>
      <label className={list.label}>
        Only cells named
        <input
          name="only"
          placeholder="orders-to, error.after"
          className={list.field}
          style={{ minWidth: 190 }}
        />
      </label>
      <details className={styles.types}>
        <summary>Only some faults</summary>
        <div className={styles.typeList}>
          {TYPES.map((type) => (
            <label key={type} className={styles.check}>
              <input type="checkbox" name="types" value={type} /> {rowOf(type).title}
              {sparesTraces(type) ? null : <span className="ink3"> (hurts all)</span>}
            </label>
          ))}
        </div>
      </details>
      <label className={styles.check} title="Alone, and held against the time before">
        <input type="checkbox" name="wide" /> also faults that hurt everybody
      </label>
      <div className={styles.acts}>
        <Button disabled={pending} onClick={() => asked(true)}>
          Plan only
        </Button>
        <Button type="submit" variant="fault" disabled={pending || busy !== ''} title={busy}>
          {pending ? 'Planning' : 'Start sweep'}
        </Button>
        {busy === '' ? null : <span className="cap ink3">{busy}</span>}
      </div>
    </form>
  );
}
