'use client';
import { type FormEvent, useState } from 'react';
import { serverNow } from '../../live/clock.ts';
import { request } from '../../live/request.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { list } from '../../ui/list.ts';
import { LENGTHS, maintenanceOf } from './maintenance-model.ts';
import styles from './plans.module.css';
import { useDoing } from './queries.ts';

/** One row: why, from when, for how long. */
export function MaintenanceForm() {
  const [title, setTitle] = useState('');
  const [from, setFrom] = useState('');
  const [minutes, setMinutes] = useState(120);
  const add = useDoing((input: NonNullable<ReturnType<typeof maintenanceOf>>) =>
    request('addMaintenance', { input }),
  );
  const wish = maintenanceOf({ title, from, minutes }, serverNow.exact());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wish !== null) add.mutate(wish, { onSuccess: () => setTitle('') });
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-label="New maintenance">
      <label className={list.label}>
        What is done
        <input
          className={list.field}
          data-size="sm"
          value={title}
          autoComplete="off"
          placeholder="new database"
          onChange={(e) => setTitle(e.target.value)}
        />
      </label>
      <label className={list.label}>
        Begins, on your clock; empty is now
        <input
          className={list.field}
          data-size="sm"
          type="datetime-local"
          value={from}
          onChange={(e) => setFrom(e.target.value)}
        />
      </label>
      <label className={list.label}>
        Lasts
        <select
          className={list.field}
          data-size="sm"
          value={minutes}
          onChange={(e) => setMinutes(Number(e.target.value))}
        >
          {LENGTHS.map(({ minutes: value, words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" size="sm" disabled={title.trim() === '' || wish === null || add.isPending}>
        Add maintenance
      </Button>
      {add.error ? <ErrorNote error={add.error} /> : null}
    </form>
  );
}
