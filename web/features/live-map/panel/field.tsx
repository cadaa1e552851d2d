import { type ReactNode, useId } from 'react';
import styles from '../map.module.css';

/** What an input of the form needs to be told and found wrong. */
export interface FieldInput {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

interface Props {
  title: string;
  unit?: string;
  /** One sentence, on hover. */
  about?: string;
  /** What is wrong with the value. */
  problem: string | undefined;
  /** A reading of the value, as `256 MiB` for bytes. */
  reading?: string;
  long?: boolean;
  children: (input: FieldInput) => ReactNode;
}

/** One field of the form: its name, the input with its unit, and below it what is wrong. */
export function Field({
  title,
  unit = '',
  about = '',
  problem,
  reading = '',
  long = false,
  children,
}: Props) {
  const id = useId();
  const noted = problem ?? reading;
  const input = {
    id,
    'aria-invalid': problem !== undefined,
    'aria-describedby': noted === '' ? undefined : `${id}-note`,
  };
  return (
    <div className={styles.field} data-long={long ? '' : undefined} title={about || undefined}>
      <label htmlFor={id}>{title}</label>
      <span className={styles.input}>
        {children(input)}
        {unit === '' ? null : <span className="ink3">{unit}</span>}
      </span>
      {noted === '' ? null : (
        <small id={`${id}-note`} className={problem === undefined ? 'ink3' : 'failing'}>
          {noted}
        </small>
      )}
    </div>
  );
}
