import { type ReactNode, useId } from 'react';
import { Button } from '../../../ui/button.tsx';
import { CrossIcon } from '../../../ui/icons.tsx';
import styles from '../editor.module.css';
import type { FieldWords } from '../field-words.ts';

/** What an input needs to be told and found wrong. */
export interface FieldInput {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

interface Props {
  words: FieldWords;
  problem: string | undefined;
  long?: boolean;
  /** Absent where it must stay. */
  onRemove: (() => void) | undefined;
  children: (input: FieldInput) => ReactNode;
}

/** One field: its name, the input with its unit, and below it what is wrong. */
export function FieldFrame({ words, problem, long = false, onRemove, children }: Props) {
  const id = useId();
  const input = {
    id,
    'aria-invalid': problem !== undefined,
    'aria-describedby': problem === undefined ? undefined : `${id}-note`,
  };
  return (
    <div className={styles.field} data-long={long ? '' : undefined} title={words.about || undefined}>
      <span className={styles.head}>
        <label htmlFor={id}>{words.title}</label>
        {onRemove ? <RemoveButton title={words.title} onRemove={onRemove} /> : null}
      </span>
      <span className={styles.input}>
        {children(input)}
        {words.unit === '' ? null : <span className="ink3">{words.unit}</span>}
      </span>
      {problem === undefined ? null : (
        <small id={`${id}-note`} className="failing">
          {problem}
        </small>
      )}
    </div>
  );
}

export function RemoveButton({ title, onRemove }: { title: string; onRemove: () => void }) {
  return (
    <Button size="sm" variant="quiet" aria-label={`Remove ${title}`} onClick={onRemove}>
      <CrossIcon />
    </Button>
  );
}
