'use client';
import { Popover } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { setUrlState } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { list } from '../../ui/list.ts';
import uiStyles from '../../ui/ui.module.css';
import { REQUESTS_ONLY } from './default-filter.ts';
import { type Saved, useSaved } from './saved.ts';
import styles from './search.module.css';

const words = ({ q, all }: Pick<Saved, 'q' | 'all'>) => (q !== '' ? q : all ? 'everything' : REQUESTS_ONLY);

interface FormProps {
  search: Pick<Saved, 'q' | 'all'>;
  save: (name: string) => void;
}

function SaveForm({ search, save }: FormProps) {
  const [name, setName] = useState('');
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save(name.trim() === '' ? words(search) : name.trim());
    setName('');
  };
  return (
    <form className={styles.saveForm} onSubmit={onSubmit}>
      <label className={list.label}>
        Save this search as
        <input
          className={list.field}
          data-size="sm"
          value={name}
          maxLength={60}
          placeholder={words(search)}
          onChange={(e) => setName(e.target.value)}
        />
      </label>
      <Button type="submit" size="sm" variant="primary">
        Save
      </Button>
    </form>
  );
}

/** Searches kept in this browser: open one, forget one, keep the one that is shown. */
export function SavedSearches({ q, all }: Pick<Saved, 'q' | 'all'>) {
  const [open, setOpen] = useState(false);
  const { saved, save, forget } = useSaved();
  const show = (one: Saved) => {
    setUrlState({ q: one.q, all: one.all ? '1' : null, brush: null });
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" withinPortal trapFocus>
      <Popover.Target>
        <Button size="sm" aria-expanded={open} onClick={() => setOpen((o) => !o)}>
          Saved{saved.length > 0 ? ` ${saved.length}` : ''}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={uiStyles.float} aria-label="Saved searches">
        <div className={styles.saved}>
          {saved.length === 0 ? (
            <p className="cap ink3">None yet. They stay in this browser; an address can be sent to others.</p>
          ) : (
            <ul className="scroll">
              {saved.map((one) => (
                <li key={one.name}>
                  <button type="button" className={styles.savedOne} onClick={() => show(one)}>
                    <b className="clip">{one.name}</b>
                    {one.name === words(one) ? null : <span className="mono ink3 clip">{words(one)}</span>}
                  </button>
                  <Button
                    size="sm"
                    variant="quiet"
                    aria-label={`Forget ${one.name}`}
                    onClick={() => forget(one.name)}
                  >
                    ×
                  </Button>
                </li>
              ))}
            </ul>
          )}
          <SaveForm search={{ q, all }} save={(name) => save({ name, q, all })} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
