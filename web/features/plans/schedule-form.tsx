'use client';
import { type FormEvent, useState } from 'react';
import { request } from '../../live/request.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { list } from '../../ui/list.ts';
import styles from './plans.module.css';
import { useDoing, useExperimentFiles } from './queries.ts';

const ZONES = ['UTC', Intl.DateTimeFormat().resolvedOptions().timeZone];

/** One row: what, when, and what becomes of a start while something else runs. */
export function ScheduleForm() {
  const files = useExperimentFiles();
  const experiments = (files.data?.experiments ?? []).map(({ id, spec }) => ({ id, title: spec.title }));
  const [experimentId, setExperiment] = useState('');
  const [cron, setCron] = useState('0 3 * * MON-FRI');
  const [timeZone, setZone] = useState('UTC');
  const [whenBusy, setBusy] = useState<'skip' | 'queue'>('skip');
  const create = useDoing(() => {
    const chosen = experimentId || (experiments[0]?.id ?? '');
    const name = experiments.find(({ id }) => id === chosen)?.title ?? chosen;
    return request('createSchedule', { input: { name, experimentId: chosen, cron, timeZone, whenBusy } });
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(undefined);
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-label="New schedule">
      <label className={list.label}>
        Experiment
        <select
          className={list.field}
          data-size="sm"
          value={experimentId}
          onChange={(e) => setExperiment(e.target.value)}
        >
          {experiments.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label className={list.label}>
        Minute, hour, day, month, weekday
        <input
          className={`${list.field} mono`}
          data-size="sm"
          value={cron}
          spellCheck={false}
          autoComplete="off"
          onChange={(e) => setCron(e.target.value)}
        />
      </label>
      <label className={list.label}>
        Time zone
        <input
          className={list.field}
          data-size="sm"
          list="plan-zones"
          value={timeZone}
          onChange={(e) => setZone(e.target.value)}
        />
        <datalist id="plan-zones">
          {[...new Set(ZONES)].map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </label>
      <label className={list.label}>
        While something runs
        <select
          className={list.field}
          data-size="sm"
          value={whenBusy}
          onChange={(e) => setBusy(e.target.value === 'queue' ? 'queue' : 'skip')}
        >
          <option value="skip">skip</option>
          <option value="queue">wait for its turn</option>
        </select>
      </label>
      <Button type="submit" size="sm" disabled={create.isPending || experiments.length === 0}>
        Schedule
      </Button>
      {create.error ? <ErrorNote error={create.error} /> : null}
    </form>
  );
}
